import assert from "node:assert/strict";
import type { Problem } from "../api.ts";
import { languages } from "../words/languages.ts";
import { wordsIn } from "../words/service.ts";
import { languageCookie } from "./language.ts";
import { Rig } from "./service.rig.ts";

describe("the language of an answer", () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.service.start();
  });
  afterEach(() => rig.dispose());

  /** The language in which the service asks to sign in. */
  async function answered(accepted: string | undefined, cookie?: string): Promise<string> {
    const browser = rig.browser();
    if (cookie !== undefined) browser.cookies.set(languageCookie, cookie);
    const response = await browser.request("GET", "/api/gates", undefined, {
      "accept-language": accepted,
    });
    const { message } = (await response.json()) as Problem;
    const language = response.headers.get("content-language") ?? "";
    const [said] = languages.filter((each) => wordsIn[each].problems.signInFirst === message);
    assert.equal(said, language);
    assert.equal(response.headers.get("vary"), "Accept-Language, Cookie");
    return language;
  }

  it("is the one that the browser prefers, in any region and case", async () => {
    for (const [accepted, language] of [
      ["de", "de"],
      ["de-AT,de;q=0.9,en;q=0.8", "de"],
      ["en;q=0.3, nl;q=0.5, pt-BR", "pt"],
      ["ja, fr-CH;q=0.2", "fr"],
      ["ES-mx", "es"],
      ["de;q=0, nl;q=0.1", "nl"],
    ] as const) {
      assert.equal(await answered(accepted), language, accepted);
    }
  });

  it("is English when the app has none of the languages, and when the header cannot be read", async () => {
    for (const accepted of [
      undefined,
      "",
      "ja",
      "*",
      "deutsch",
      ";;q=,,",
      "de;q=0",
      "x".repeat(9_000),
    ]) {
      assert.equal(await answered(accepted), "en", accepted?.slice(0, 20));
    }
  });

  it("is the one that was chosen in the menu, as long as the app has it", async () => {
    assert.equal(await answered("de", "fr"), "fr");
    for (const unknown of ["xx", "", "constructor", "%E0%A4%A", "de,fr"]) {
      assert.equal(await answered("de", unknown), "de", unknown);
    }
  });

  it("is chosen for a year, by anybody, and only from the app's own page", async () => {
    const browser = rig.browser();
    await browser.session();
    const response = await browser.post("/api/language", { language: "nl" });
    assert.equal(response.status, 204);
    assert.deepEqual(response.headers.getSetCookie(), [
      `${languageCookie}=nl; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ]);
    const answer = (await (await browser.get("/api/gates")).json()) as Problem;
    assert.equal(answer.message, wordsIn.nl.problems.signInFirst);

    const unknown = await browser.post("/api/language", { language: "xx" });
    assert.equal(unknown.status, 400);
    const { message } = (await unknown.json()) as Problem;
    assert.equal(message, `language: ${wordsIn.nl.field.language(languages.join(", "))}`);
    const stranger = rig.browser();
    assert.equal((await stranger.post("/api/language", { language: "nl" })).status, 403);
  });
});
