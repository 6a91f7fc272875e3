import assert from "node:assert/strict";
import { Aims } from "./aims.ts";

/** The words of the line that begins with `name`. */
function words(aims: Aims, name: string): string | undefined {
  const line = aims
    .table()
    .split("\n")
    .find((each) => each.startsWith(name));
  return line?.slice(name.length).trim().replaceAll(/ +/g, " ");
}

describe("the table of aims", () => {
  it("compares the figures before rounding", () => {
    const aims = new Aims();
    aims.measured("latency", 1);
    aims.measured("heap", 0.5001);
    aims.measured("slots", 7.12);
    aims.measured("growth", 1);
    assert.equal(words(aims, "PUBLISH to pin HIGH, p50, vs. MQTT.js"), "1.00 1.00 met");
    assert.equal(words(aims, "live heap per box, vs. MQTT.js"), "0.50 0.50 MISSED");
    assert.equal(words(aims, "slots at rest"), "7.1 kB 12.0 kB met");
    assert.equal(words(aims, "growth over 1,000 reconnects"), "1 slots 0 slots MISSED");
  });

  it("reports a figure without an aim", () => {
    const aims = new Aims();
    aims.measured("steps", 16_579);
    assert.equal(words(aims, "steps from PUBLISH to pin HIGH"), "16579 no aim");
  });

  it("says why a figure was not measured", () => {
    const aims = new Aims();
    aims.notMeasured("compiled", "needs the Moddable SDK at $MODDABLE");
    const why = "not measured: needs the Moddable SDK at $MODDABLE";
    assert.equal(words(aims, "library compiled"), `64.0 kB ${why}`);
    const left = 'not measured: the part "storm" did not run';
    assert.equal(words(aims, "CONNECTs refused because of AWS's limit"), `0 ${left}`);
  });
});
