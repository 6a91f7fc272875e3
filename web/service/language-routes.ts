import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import * as v from "valibot";
import { languages } from "../words/languages.ts";
import type { WebEnv } from "./context.ts";
import { languageCookie, said } from "./language.ts";
import { readBody } from "./problem.ts";
import type { WebSettings } from "./settings.ts";

const yearSeconds = 365 * 86_400;

const languageBody = v.strictObject({
  language: v.picklist(
    languages,
    said((field) => field.language(languages.join(", "))),
  ),
});

/** The choice in the page's menu, also of people who have not signed in. */
export function languageRoutes({ isSecure }: WebSettings): Hono<WebEnv> {
  return new Hono<WebEnv>().post("/language", async (c) => {
    const body = await readBody(c, languageBody);
    if (body.type === "problem") return body.response;
    setCookie(c, languageCookie, body.value.language, {
      httpOnly: true,
      secure: isSecure,
      // Lax, because a link in a message opens the page in the chosen language too.
      sameSite: "Lax",
      path: "/",
      maxAge: yearSeconds,
    });
    return c.body(null, 204);
  });
}
