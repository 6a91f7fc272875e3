/** The words that the service sends, in every language, because each request has its own. */
import { service as dutch } from "./dutch/service.ts";
import { service as english } from "./english/service.ts";
import { service as french } from "./french/service.ts";
import { service as german } from "./german/service.ts";
import type { Language } from "./languages.ts";
import { service as portuguese } from "./portuguese/service.ts";
import type { ServiceWords } from "./shape.ts";
import { service as spanish } from "./spanish/service.ts";

export const wordsIn: Readonly<Record<Language, ServiceWords>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  pt: portuguese,
  nl: dutch,
};
