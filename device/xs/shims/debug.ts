const silent = (): void => {};

/** The result of `require("debug")`: discards mqtt-packet's debug output. */
export function createDebug(): () => void {
  return silent;
}
