/** An input's text; empty if there is no such input. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** A whole number that is not negative; null for anything else, also for an empty input. */
export function wholeNumberOf(form: FormData, name: string): number | null {
  const text = textOf(form, name).trim();
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** A chosen file in Base64; empty if there is none, or it is too large to be a certificate or key. */
export async function fileOf(
  form: FormData,
  name: string,
): Promise<{ readonly name: string; readonly content: string }> {
  const file = form.get(name);
  if (!(file instanceof File) || file.size > 0xffff) return { name: "", content: "" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { name: file.name.slice(0, 200), content: btoa(text) };
}
