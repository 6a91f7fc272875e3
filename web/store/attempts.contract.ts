import assert from "node:assert/strict";
import { noon } from "./place.fake.ts";
import type { Store } from "./store.ts";

export function attemptsContract(store: () => Store): void {
  describe("sign-in attempts", () => {
    const attempt = { tokenHash: "a", kind: "passkey", expiresAt: noon + 1_000 } as const;

    it("takes one once, in time, for what it was begun", async () => {
      await store().createSignInAttempt(attempt);
      assert.equal(await store().takeSignInAttempt("b", "passkey", noon), false, "never begun");
      assert.equal(await store().takeSignInAttempt("a", "oidc", noon), false, "of another kind");
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon + 1_000), false, "over");
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon + 999), true);
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon + 999), false, "used");
    });

    it("gives it to one of many who take it at the same time", async () => {
      await store().createSignInAttempt(attempt);
      const takes = Array.from({ length: 8 }, () => store().takeSignInAttempt("a", "passkey", noon));
      assert.equal((await Promise.all(takes)).filter((isTaken) => isTaken).length, 1);
    });

    it("is pruned once it is over", async () => {
      await store().createSignInAttempt(attempt);
      await store().prune(0, noon + 1_000);
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon), false);
    });
  });
}
