import assert from "node:assert/strict";
import { isTimeZone } from "../input-limits.ts";
import { offsetAt, steadyTimes, wallClock } from "./time-zone.ts";

const hourMs = 3_600_000;

describe("time zones", () => {
  it("are names that Node knows, but not bare offsets", () => {
    for (const name of ["Europe/Berlin", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"]) {
      assert.equal(isTimeZone(name), true, name);
    }
    for (const name of ["", "+01:00", "Europe/Atlantis", "../etc/passwd", "Europe/Berlin\0", "1"]) {
      assert.equal(isTimeZone(name), false, name);
    }
  });

  it("have the right offset, also before 1970 and between seconds", () => {
    assert.equal(offsetAt("Europe/Berlin", Date.UTC(2025, 0, 1, 0, 0, 0, 999)), hourMs);
    assert.equal(offsetAt("Europe/Berlin", Date.UTC(2025, 6, 1)), 2 * hourMs);
    assert.equal(offsetAt("America/St_Johns", Date.UTC(2025, 0, 1)), -3.5 * hourMs);
    assert.equal(offsetAt("Asia/Kathmandu", Date.UTC(2025, 0, 1)), 5.75 * hourMs);
    assert.equal(offsetAt("UTC", -1), 0);
    assert.throws(() => offsetAt("Europe/Atlantis", 0), RangeError);
  });

  it("give the day, the weekday and the minute", () => {
    assert.deepEqual(wallClock(0, 0), { day: 0, weekday: 4, minute: 0 });
    assert.deepEqual(wallClock(-1, 0), { day: -1, weekday: 3, minute: 1439 });
    const day = Date.UTC(2025, 10, 10) / (24 * hourMs);
    const monday = { day, weekday: 1, minute: 30 };
    assert.deepEqual(wallClock(Date.UTC(2025, 10, 9, 23, 30), hourMs), monday);
    const early = { day: -10, weekday: 1, minute: 0 };
    assert.deepEqual(wallClock(Date.UTC(1969, 11, 22), 0), early);
  });

  it("divide into steady times between clock changes", () => {
    const change = Date.UTC(2025, 2, 30, 1);
    const at = (hours: number): number => change + hours * hourMs;
    const times = (from: number, to: number) => [...steadyTimes("Europe/Berlin", at(from), at(to))];
    const winter = (from: number, to: number) => ({
      from: at(from),
      to: at(to),
      offsetMs: hourMs,
    });
    const summer = (from: number, to: number) => ({ ...winter(from, to), offsetMs: 2 * hourMs });
    assert.deepEqual(times(-20, 10), [winter(-20, -8), winter(-8, 0), summer(0, 4), summer(4, 10)]);
    assert.deepEqual(times(0, 13), [summer(0, 12), summer(12, 13)]);
    assert.deepEqual(times(-12, 0), [winter(-12, 0)]);
    assert.deepEqual(times(0, 0), []);
  });
});
