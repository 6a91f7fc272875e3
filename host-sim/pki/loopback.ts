/** The names in every server certificate: the machine it runs on. */
export const loopbackNames: readonly string[] = ["localhost", "127.0.0.1", "::1"];
