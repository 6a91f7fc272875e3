import assert from "node:assert/strict";
import { matches } from "./find.ts";

describe("finding entries of a list", () => {
  it("needs every word, anywhere, without regard to case and accents", () => {
    const text = "Zoë Müller zoe@example.com";
    for (const query of ["", "  ", "zoe", "MÜL", "mul zoe", "Müller", "@example", " zoë  mu "]) {
      assert.ok(matches(text, query), query);
    }
    for (const query of ["zoe ben", "xoe", "müllerin"]) assert.ok(!matches(text, query), query);
  });
});
