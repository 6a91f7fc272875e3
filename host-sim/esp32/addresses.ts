/** The address of this machine in QEMU's user network. */
export const emulatorHost = "10.0.2.2";

/** The broker port of an image for the emulator. */
export const emulatorBrokerPort = 28_883;

/** Its SNTP port (UDP). It needs no privileges. */
export const emulatorTimePort = 20_123;
