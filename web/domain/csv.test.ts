import assert from "node:assert/strict";
import { csvRecord } from "./csv.ts";

describe("CSV", () => {
  it("follows RFC 4180: commas, CRLF, and quotes when needed", () => {
    assert.equal(csvRecord(["a", 1, null, "b c"]), "a,1,,b c\r\n");
    assert.equal(csvRecord(['say "x"', "a,b", "a\r\nb", "ü"]), '"say ""x""","a,b","a\r\nb",ü\r\n');
    assert.equal(csvRecord([]), "\r\n");
  });

  it("escapes text that a spreadsheet would read as a formula", () => {
    for (const text of ["=1+1", "+1", "-1", "@A1", "\t=1", " =1", "\r=1", "＝1", "\0=1"]) {
      assert.equal(csvRecord([text]), `"'${text}"\r\n`, JSON.stringify(text));
    }
    assert.equal(csvRecord(['=HYPERLINK("x")']), '"\'=HYPERLINK(""x"")"\r\n');
    assert.equal(csvRecord(["a=1", "North-gate"]), "a=1,North-gate\r\n");
  });

  it("does not change numbers", () => {
    assert.equal(csvRecord([-1, 1.5]), "-1,1.5\r\n");
  });
});
