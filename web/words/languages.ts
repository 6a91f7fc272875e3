/** The languages of the app: BCP 47 tags, in the order of the menu. */
export const languages = ["en", "de", "fr", "es", "pt", "nl"] as const;
export type Language = (typeof languages)[number];

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  nl: "Nederlands",
};
