/**
 * `embedded:provider/builtin`, which the SDK's module `system` imports. The SDK's own version adds
 * SPI, I2C, analog inputs and PWM to the image; the firmware uses none of them.
 */
export default {};
