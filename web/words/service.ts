/** The words that the service sends, in every language, because each request has its own. */
import { service as english } from "./english/service.ts";
import { service as german } from "./german/service.ts";
import type { Language } from "./languages.ts";
import type { ServiceWords } from "./shape.ts";

export const wordsIn: Readonly<Record<Language, ServiceWords>> = {
  en: english,
  de: german,
};
