import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { WebContext } from "./context.ts";
import { languageOf, wordsFor } from "./language.ts";

/** A page without script or style, for requests that the app did not make. The text is escaped. */
export function plainPage(
  c: WebContext,
  status: ContentfulStatusCode,
  title: string,
  message: string,
): Response {
  const page = html`<!doctype html>
<html lang="${languageOf(c)}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
    <p>${message}</p>
    <p><a href="/">${wordsFor(c).page.back}</a></p>
  </body>
</html> `;
  return c.html(page.toString(), status);
}
