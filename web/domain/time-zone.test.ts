import assert from "node:assert/strict";
import { isTimeZone, offsetAt, steadyTimes, wallClock } from "./time-zone.ts";

const hourMs = 3_600_000;

describe("time zones", () => {
  it("are names that Node knows, and no bare offsets", () => {
    for (const name of ["Europe/Berlin", "UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires"]) {
      assert.equal(isTimeZone(name), true, name);
    }
    for (const name of ["", "+01:00", "Europe/Atlantis", "../etc/passwd", "Europe/Berlin\0", "1"]) {
      assert.equal(isTimeZone(name), false, name);
    }
  });

  it("are ahead of UTC by what their tables say, also before 1970 and between seconds", () => {
    assert.equal(offsetAt("Europe/Berlin", Date.UTC(2025, 0, 1, 0, 0, 0, 999)), hourMs);
    assert.equal(offsetAt("Europe/Berlin", Date.UTC(2025, 6, 1)), 2 * hourMs);
    assert.equal(offsetAt("America/St_Johns", Date.UTC(2025, 0, 1)), -3.5 * hourMs);
    assert.equal(offsetAt("Asia/Kathmandu", Date.UTC(2025, 0, 1)), 5.75 * hourMs);
    assert.equal(offsetAt("UTC", -1), 0);
    assert.throws(() => offsetAt("Europe/Atlantis", 0), RangeError);
  });

  it("show day and minute", () => {
    assert.deepEqual(wallClock(0, 0), { weekday: 4, minute: 0 });
    assert.deepEqual(wallClock(-1, 0), { weekday: 3, minute: 1439 });
    assert.deepEqual(wallClock(Date.UTC(2025, 10, 9, 23, 30), hourMs), { weekday: 1, minute: 30 });
    assert.deepEqual(wallClock(Date.UTC(1969, 11, 22), 0), { weekday: 1, minute: 0 });
  });

  it("are steady between the changes of their clocks", () => {
    const change = Date.UTC(2025, 2, 30, 1);
    const [from, to] = [change - 100 * hourMs, change + 50 * hourMs];
    assert.deepEqual(steadyTimes("Europe/Berlin", from, to), [
      { from, to: change, offsetMs: hourMs },
      { from: change, to, offsetMs: 2 * hourMs },
    ]);
    assert.deepEqual(steadyTimes("Europe/Berlin", change, to), [
      { from: change, to, offsetMs: 2 * hourMs },
    ]);
    assert.deepEqual(steadyTimes("Europe/Berlin", from, change), [
      { from, to: change, offsetMs: hourMs },
    ]);
  });
});
