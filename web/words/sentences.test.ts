import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { textsForPeople } from "./sentences.rig.ts";

const web = join(import.meta.dirname, "..");

/** Texts of several words that only the log or a protocol uses. */
const exceptions = [
  "a grant was created",
  "a grant was changed",
  "a grant was revoked",
  "no sign-in in progress",
  "locked out: …",
  "openid profile email",
  "the provider left out the claim …, because the person is in too many groups;",
  "let it send only the groups that are assigned to this application",
  "the provider sent no email address; add the claim email to the application",
  "the provider did not confirm the address at …: email_verified is not true;",
  "for Microsoft Entra, add the optional claim xms_edov, or allow a group instead",
];

describe("the words of the staff app", () => {
  it("are all in web/words", () => {
    const files = readdirSync(web, { recursive: true, encoding: "utf8" }).filter(
      (file) =>
        /^([a-z-]+|(service|page|domain)\/.+)\.tsx?$/.test(file) &&
        !/\.(test|fake|rig|contract|program)\.ts$/.test(file),
    );
    assert.ok(files.length > 60);
    const found = files.flatMap((file) =>
      textsForPeople(file, readFileSync(join(web, file), "utf8")).map(({ line, text }) => ({
        place: `web/${file}:${line}`,
        text,
      })),
    );
    const elsewhere = found.filter(({ text }) => !exceptions.includes(text));
    assert.deepEqual(elsewhere, []);
    const unused = exceptions.filter((exception) => !found.some(({ text }) => text === exception));
    assert.deepEqual(unused, []);
  });

  it("are found in strings, templates and JSX, but not in the log or in errors", () => {
    const source = `
      log.info({ why: "the key is wrong" }, "a sign-in was refused");
      if (broken) throw new Error("no such file");
      const type = kind === "text" ? "text/css; charset=utf-8" : "Enter";
      problem(c, 404, "not-found", "This gate does not exist.");
      problem(c, 429, "rate-limited", \`Try again in \${seconds} s.\`);
      const page = \`<p class="a b"><b>\${x}</b>Back to the app</p>\`;
      const button = <button class="primary wide" aria-label="Close" data-x="y">Save</button>;
    `;
    const texts = textsForPeople("example.tsx", source).map(({ text }) => text);
    assert.deepEqual(texts, [
      "This gate does not exist.",
      "Try again in … s.",
      "… Back to the app",
      "Close",
      "Save",
    ]);
  });
});
