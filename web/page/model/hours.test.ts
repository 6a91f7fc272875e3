import assert from "node:assert/strict";
import fc from "fast-check";
import {
  clockAt,
  dateOf,
  endOfDay,
  lastDay,
  minuteOf,
  momentOf,
  runsOfDays,
  startOfDay,
  timeOf,
} from "./hours.ts";

const dayMs = 86_400_000;

describe("hours and days of grants", () => {
  it("parse and format times of day", () => {
    assert.equal(minuteOf("06:30"), 390);
    assert.equal(minuteOf("00:00"), 0);
    for (const wrong of ["24:00", "6:30", "06:60", "", "06:30:00"]) {
      assert.equal(minuteOf(wrong), undefined, wrong);
    }
    assert.equal(timeOf(390), "06:30");
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

  it("end a day after the gap where the clock is put forward at midnight", () => {
    const end = endOfDay("2026-09-05", "America/Santiago") ?? Number.NaN;
    assert.equal(new Date(end).toISOString(), "2026-09-06T04:00:00.000Z");
    assert.equal(lastDay(end, "America/Santiago"), "2026-09-05");
  });

  it("know only the days of the calendar", () => {
    for (const wrong of [
      ..."2026-02-31 2026-02-29 2026-13-01 2026-00-10 2026-01-00 2026-1-1 202612-12-31".split(" "),
      ..."12/31/2026 +002026-12-31 2026-12-31T00:00 0 tomorrow".split(" "),
      "",
      " 2026-12-31",
    ]) {
      assert.equal(endOfDay(wrong, "UTC"), undefined, wrong);
    }
  });

  it("end a day at the first moment whose date is later, in every zone, and convert it back", function () {
    this.timeout(60_000);
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC");
    const day = fc.integer({ min: Date.UTC(2015) / dayMs, max: Date.UTC(2060) / dayMs });
    const near = fc.integer({ min: 1, max: 3 * 60 });
    fc.assert(
      fc.property(zone, day, fc.array(near, { maxLength: 4 }), (timeZone, dayNumber, minutes) => {
        const date = new Date(dayNumber * dayMs).toISOString().slice(0, 10);
        const end = endOfDay(date, timeZone) ?? Number.NaN;
        assert.ok(dateOf(end, timeZone) > date, `${timeZone} ${date}: ends too early`);
        for (const minute of minutes) {
          assert.ok(
            dateOf(end - minute * 60_000, timeZone) <= date,
            `${timeZone} ${date}: too late`,
          );
        }
        assert.equal(lastDay(end, timeZone), date, timeZone);
      }),
      { numRuns: 4_000 },
    );
  });

  it("end every day of a clock change at the first moment whose date is later, in every zone", function () {
    this.timeout(60_000);
    for (const timeZone of Intl.supportedValuesOf("timeZone")) {
      for (const change of changesOf(timeZone, Date.UTC(2026), Date.UTC(2027))) {
        for (const at of [change - dayMs, change - 1, change, change + dayMs]) {
          const date = dateOf(at, timeZone);
          const end = endOfDay(date, timeZone) ?? Number.NaN;
          assert.ok(dateOf(end, timeZone) > date, `${timeZone} ${date}`);
          assert.equal(lastDay(end, timeZone), date, timeZone);
        }
      }
    }
  });

  it("begin a day at the first moment whose date is not earlier", () => {
    const iso = (date: string, zone: string) =>
      new Date(startOfDay(date, zone) ?? Number.NaN).toISOString();
    assert.equal(iso("2026-12-31", "Europe/Berlin"), "2026-12-30T23:00:00.000Z");
    assert.equal(iso("2026-03-30", "Europe/Berlin"), "2026-03-29T22:00:00.000Z");
    // The clock is put forward at midnight.
    assert.equal(iso("2026-09-06", "America/Santiago"), "2026-09-06T04:00:00.000Z");
    assert.equal(startOfDay("2026-02-30", "UTC"), undefined);
  });

  it("find a time on the clock of the gate, also around a clock change", () => {
    const iso = (date: string, minute: number, zone: string) =>
      new Date(momentOf(date, minute, zone) ?? Number.NaN).toISOString();
    assert.equal(iso("2026-07-01", 510, "Europe/Berlin"), "2026-07-01T06:30:00.000Z");
    // 02:30 does not occur, and 03:00 is the first minute after it.
    assert.equal(iso("2026-03-29", 150, "Europe/Berlin"), "2026-03-29T01:00:00.000Z");
    // 02:30 occurs twice.
    assert.equal(iso("2026-10-25", 150, "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
    assert.equal(momentOf("2026-02-29", 0, "UTC"), undefined);
  });

  it("find every time that the clock has shown, in every zone", function () {
    this.timeout(60_000);
    const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC");
    const minutes = fc.integer({ min: Date.UTC(2015) / 60_000, max: Date.UTC(2060) / 60_000 });
    fc.assert(
      fc.property(zone, minutes, (timeZone, number) => {
        const at = number * 60_000;
        const { date, minute } = clockAt(at, timeZone);
        const found = momentOf(date, minute, timeZone) ?? Number.NaN;
        // The same, or the first of the two when the clock shows the time twice.
        assert.ok(found <= at, `${timeZone} ${date} ${minute}`);
        assert.deepEqual(clockAt(found, timeZone), { date, minute }, timeZone);
        const start = startOfDay(date, timeZone) ?? Number.NaN;
        assert.ok(start <= at && dateOf(start, timeZone) === date, timeZone);
        assert.ok(dateOf(start - 1, timeZone) < date, timeZone);
      }),
      { numRuns: 4_000 },
    );
  });

  it("convert an end back to the last day", () => {
    for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]) {
      for (const date of ["2026-01-01", "2026-03-29", "2026-10-25", "2028-02-29"]) {
        assert.equal(lastDay(endOfDay(date, zone) ?? 0, zone), date, zone);
      }
    }
  });
});

/** The days on which the clock of the zone is changed, to within a day. */
function changesOf(timeZone: string, from: number, to: number): readonly number[] {
  const hour = new Intl.DateTimeFormat("en", { timeZone, hour: "2-digit", hourCycle: "h23" });
  const changes: number[] = [];
  for (let at = from; at < to; at += dayMs) {
    if (hour.format(at) !== hour.format(at + dayMs)) changes.push(at, at + dayMs / 2);
  }
  return changes;
}
