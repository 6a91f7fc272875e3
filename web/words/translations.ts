import type { Language } from "./languages.ts";

export interface Translation {
  /** the folder of its words, beside this file */
  readonly folder: string;
  readonly direction: "ltr" | "rtl";
}

/** What the build of the page needs to know about each language. */
export const translations: Readonly<Record<Language, Translation>> = {
  en: { folder: "english", direction: "ltr" },
  de: { folder: "german", direction: "ltr" },
  fr: { folder: "french", direction: "ltr" },
  es: { folder: "spanish", direction: "ltr" },
  pt: { folder: "portuguese", direction: "ltr" },
  nl: { folder: "dutch", direction: "ltr" },
};
