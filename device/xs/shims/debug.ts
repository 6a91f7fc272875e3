const silent = (): void => {};

/** What `require("debug")` is: mqtt-packet's commentary, heard by nobody. */
export function createDebug(): () => void {
  return silent;
}
