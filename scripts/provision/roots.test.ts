import assert from "node:assert/strict";
import { certificatesOf, fingerprintOf } from "../certs/parse.ts";
import { amazonRootsPem } from "./roots.ts";

describe("Amazon's roots, from Node's trust store", () => {
  it("are Root CA 1 (for the board) and Root CA 3, with their published fingerprints", () => {
    assert.deepEqual(certificatesOf(amazonRootsPem()).map(fingerprintOf), [
      "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
      "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    ]);
  });
});
