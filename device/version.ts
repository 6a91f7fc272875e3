/** The firmware version in reports: the package's version. A test compares them. */
export const firmwareVersion = "0.1.0";
