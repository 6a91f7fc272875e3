import type { MiddlewareHandler } from "hono";
import { languageDetector } from "hono/language";
import type { BaseIssue } from "valibot";
import { type Language, languages } from "../words/languages.ts";
import { wordsIn } from "../words/service.ts";
import type { ServiceWords } from "../words/shape.ts";
import type { WebContext } from "./context.ts";

const fallback: Language = "en";

/** Without a secret, so it is no `__Host-` cookie, and every instance on localhost has the same. */
export const languageCookie = "boom-box-language";

/**
 * Chooses the language of a request: the one of the page's menu, which is in a cookie, otherwise what the
 * browser prefers [RFC 9110, 12.5.4], otherwise English. A language that the app does not have is no error.
 */
export const detectLanguage: MiddlewareHandler = languageDetector({
  order: ["cookie", "header"],
  lookupCookie: languageCookie,
  supportedLanguages: [...languages],
  fallbackLanguage: fallback,
  // Only a choice in the menu sets the cookie.
  caches: false,
});

/** What a response depends on when its words do. */
export const languageHeaders = ["Accept-Language", "Cookie"] as const;

export function languageOf(c: WebContext): Language {
  return known(c.var.language);
}

function known(tag: string | undefined): Language {
  return languages.find((language) => language === tag) ?? fallback;
}

/** The words for the client of the request. The response then says in which language they are. */
export function wordsFor(c: WebContext): ServiceWords {
  const language = languageOf(c);
  c.header("Content-Language", language);
  c.header("Vary", languageHeaders.join(", "));
  return wordsIn[language];
}

/**
 * A sentence about a field, for a schema of valibot. `readBody` and `readQuery` tell valibot the language
 * of the request.
 */
export function said(
  choose: (field: ServiceWords["field"]) => string,
): (issue: BaseIssue<unknown>) => string {
  return ({ lang }) => choose(wordsIn[known(lang)].field);
}
