/** This machine, as a box in QEMU's user network calls it. */
export const emulatorHost = "10.0.2.2";

/** Where an image for the emulator looks for its broker. */
export const emulatorBrokerPort = 28_883;

/** Where it asks for the time, by UDP. */
export const emulatorTimePort = 20_123;
