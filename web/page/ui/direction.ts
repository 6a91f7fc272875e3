/** Whether the language of the page is written from right to left. */
export function isRightToLeft(): boolean {
  return document.documentElement.dir === "rtl";
}
