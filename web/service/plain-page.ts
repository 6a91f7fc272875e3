import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { WebContext } from "./context.ts";

/** A page without script or style, for where the app itself is not loaded; its words are escaped. */
export function plainPage(
  c: WebContext,
  status: ContentfulStatusCode,
  title: string,
  message: string,
): Response {
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
    <p>${message}</p>
    <p><a href="/">Back to the app</a></p>
  </body>
</html> `;
  return c.html(page.toString(), status);
}
