/** What the box says it runs; the package's version (a test holds them together). */
export const firmwareVersion = "0.1.0";
