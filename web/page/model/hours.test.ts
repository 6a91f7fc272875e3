import assert from "node:assert/strict";
import { endOfDay, lastDay, minuteOf, runsOfDays, timeOf } from "./hours.ts";

describe("hours and days of grants", () => {
  it("parse and format times of day", () => {
    assert.equal(minuteOf("06:30"), 390);
    assert.equal(minuteOf("00:00"), 0);
    for (const wrong of ["24:00", "6:30", "06:60", "", "06:30:00"]) {
      assert.equal(minuteOf(wrong), undefined, wrong);
    }
    assert.equal(timeOf(390), "06:30");
    assert.equal(timeOf(1440), "24:00");
  });

  it("join consecutive days", () => {
    assert.deepEqual(runsOfDays([1, 2, 3, 4, 5]), [[1, 5]]);
    assert.deepEqual(runsOfDays([7, 1, 2, 5]), [
      [1, 2],
      [5, 5],
      [7, 7],
    ]);
    assert.deepEqual(runsOfDays([]), []);
  });

  it("end a day in the gate's time zone, also when the clock changes that night", () => {
    const iso = (date: string, zone: string) =>
      new Date(endOfDay(date, zone) ?? Number.NaN).toISOString();
    assert.equal(iso("2026-12-31", "Europe/Berlin"), "2026-12-31T23:00:00.000Z");
    assert.equal(iso("2026-07-31", "Europe/Berlin"), "2026-07-31T22:00:00.000Z");
    assert.equal(iso("2026-03-28", "Europe/Berlin"), "2026-03-28T23:00:00.000Z");
    assert.equal(iso("2026-03-29", "Europe/Berlin"), "2026-03-29T22:00:00.000Z");
    assert.equal(iso("2026-10-25", "Europe/Berlin"), "2026-10-25T23:00:00.000Z");
    assert.equal(iso("2026-10-25", "America/New_York"), "2026-10-26T04:00:00.000Z");
    assert.equal(iso("2026-10-03", "Australia/Sydney"), "2026-10-03T14:00:00.000Z");
    assert.equal(endOfDay("", "UTC"), undefined);
  });

  it("convert an end back to the last day", () => {
    for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]) {
      for (const date of ["2026-01-01", "2026-03-29", "2026-10-25", "2028-02-29"]) {
        assert.equal(lastDay(endOfDay(date, zone) ?? 0, zone), date, zone);
      }
    }
  });
});
