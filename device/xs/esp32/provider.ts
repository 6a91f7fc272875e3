/**
 * `embedded:provider/builtin`, which the SDK's module `system` imports. The SDK's own one brings SPI,
 * I2C, analog inputs and PWM into the image; the firmware uses none of them.
 */
export default {};
