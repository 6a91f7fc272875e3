import assert from "node:assert/strict";
import fc from "fast-check";
import type { Weekday } from "../api.ts";
import { covers, type GrantTimes, type May, mayOpen } from "./grants.ts";
import { holidaySearchDays, holidaysOf } from "./holidays.ts";
import { offsetAt, wallClock } from "./time-zone.ts";

const berlin = { isActive: true, timeZone: "Europe/Berlin" };
const everyDay: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

function grant(changes: Partial<GrantTimes> = {}): GrantTimes {
  const always = { startsAt: null, endsAt: null, onHolidays: true };
  return { days: everyDay, fromMinute: 0, toMinute: 1440, ...always, ...changes };
}

/** `24:00` is the end of the day. */
function hours(from: string, to: string, days: readonly Weekday[] = everyDay): GrantTimes {
  return grant({ days, fromMinute: minutes(from), toMinute: minutes(to) });
}

function minutes(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

function at(iso: string): number {
  return Date.parse(iso);
}

function may(grants: readonly GrantTimes[], now: string, gate = berlin): May {
  return mayOpen(gate, grants, new Set(), at(now));
}

function onHolidays(grants: readonly GrantTimes[], now: string, dates: readonly string[]): May {
  const holidays = dates.map((date) => ({ gateId: null, date }));
  return mayOpen(berlin, grants, holidaysOf("any", holidays), at(now));
}

function notBefore(iso: string | null, why: "not-now" | "not-yet" | "holiday" = "not-now"): May {
  return { open: false, why, opensAt: iso === null ? null : at(iso) };
}

describe("grants", () => {
  it("give the reason: no grant, an ended grant, or a gate out of service", () => {
    const now = "2025-11-12T12:00:00Z";
    assert.deepEqual(may([], now), { open: false, why: "no-grant", opensAt: null });
    assert.deepEqual(may([grant()], now, { ...berlin, isActive: false }), {
      open: false,
      why: "gate-closed",
      opensAt: null,
    });
    const ended = grant({ endsAt: at(now) });
    assert.deepEqual(may([ended], now), { open: false, why: "grant-ended", opensAt: null });
    assert.deepEqual(may([ended, grant()], now), { open: true });
    assert.deepEqual(may([grant({ endsAt: at(now) + 1 })], now), { open: true });
  });

  it("follow the clock in the gate's time zone, including the first minute and excluding the last", () => {
    // Wednesday in winter: UTC+1
    const work = [hours("08:00", "17:30", [1, 2, 3, 4, 5])];
    assert.deepEqual(may(work, "2025-11-12T06:59:59.999Z"), notBefore("2025-11-12T07:00:00Z"));
    assert.deepEqual(may(work, "2025-11-12T07:00:00Z"), { open: true });
    assert.deepEqual(may(work, "2025-11-12T16:29:59.999Z"), { open: true });
    assert.deepEqual(may(work, "2025-11-12T16:30:00Z"), notBefore("2025-11-13T07:00:00Z"));
    // Friday evening: Monday morning
    assert.deepEqual(may(work, "2025-11-14T20:00:00Z"), notBefore("2025-11-17T07:00:00Z"));
    // the same hours in summer, UTC+2, and elsewhere
    assert.deepEqual(may(work, "2025-07-09T06:00:00Z"), { open: true });
    const kathmandu = { isActive: true, timeZone: "Asia/Kathmandu" };
    assert.deepEqual(
      may(work, "2025-11-12T02:14:00Z", kathmandu),
      notBefore("2025-11-12T02:15:00Z"),
    );
  });

  it("open at the earliest of several grants", () => {
    const grants = [hours("20:00", "21:00"), hours("14:00", "15:00", [4]), hours("06:00", "07:00")];
    assert.deepEqual(may(grants, "2025-11-12T19:30:00Z"), { open: true });
    assert.deepEqual(may(grants, "2025-11-12T20:00:00Z"), notBefore("2025-11-13T05:00:00Z"));
    assert.deepEqual(may(grants, "2025-11-13T06:00:00Z"), notBefore("2025-11-13T13:00:00Z"));
  });

  it("have no next opening when they end before it, or have no hours", () => {
    const now = "2025-11-12T20:00:00Z";
    const last = { ...hours("08:00", "17:00"), endsAt: at("2025-11-13T07:00:00Z") };
    assert.deepEqual(may([last], now), notBefore(null));
    assert.deepEqual(
      may([{ ...last, endsAt: last.endsAt + 1 }], now),
      notBefore("2025-11-13T07:00:00Z"),
    );
    assert.deepEqual(may([hours("08:00", "08:00")], now), notBefore(null));
    assert.deepEqual(may([grant({ days: [] })], now), notBefore(null));
  });

  it("count hours over midnight to the day on which they begin", () => {
    const fridayNight = [hours("22:00", "06:00", [5])];
    // Friday 14 November 2025, Berlin UTC+1
    assert.deepEqual(may(fridayNight, "2025-11-14T04:00:00Z"), notBefore("2025-11-14T21:00:00Z"));
    assert.deepEqual(may(fridayNight, "2025-11-14T21:00:00Z"), { open: true });
    assert.deepEqual(may(fridayNight, "2025-11-15T04:59:59Z"), { open: true });
    assert.deepEqual(may(fridayNight, "2025-11-15T05:00:00Z"), notBefore("2025-11-21T21:00:00Z"));
    assert.deepEqual(may(fridayNight, "2025-11-15T21:00:00Z"), notBefore("2025-11-21T21:00:00Z"));
    // from Sunday into Monday
    const sundayNight = [hours("22:00", "06:00", [7])];
    assert.deepEqual(may(sundayNight, "2025-11-17T04:00:00Z"), { open: true });
    assert.deepEqual(may(sundayNight, "2025-11-18T04:00:00Z"), notBefore("2025-11-23T21:00:00Z"));
    // to midnight is the same either way
    for (const to of ["00:00", "24:00"]) {
      assert.deepEqual(may([hours("22:00", to)], "2025-11-14T22:59:59Z"), { open: true });
      assert.deepEqual(
        may([hours("22:00", to)], "2025-11-14T23:00:00Z"),
        notBefore("2025-11-15T21:00:00Z"),
      );
    }
  });

  describe("when Berlin's clocks are put forward, 30 March 2025, 02:00 to 03:00", () => {
    it("skip the hours that do not occur", () => {
      const skipped = [hours("02:15", "02:45")];
      assert.deepEqual(may(skipped, "2025-03-30T00:59:59Z"), notBefore("2025-03-31T00:15:00Z"));
      assert.deepEqual(may(skipped, "2025-03-30T01:15:00Z"), notBefore("2025-03-31T00:15:00Z"));
    });

    it("open at the change when the hours begin in the skipped hour", () => {
      const cut = [hours("02:30", "05:00")];
      assert.deepEqual(may(cut, "2025-03-29T23:00:00Z"), notBefore("2025-03-30T01:00:00Z"));
      assert.deepEqual(may(cut, "2025-03-30T00:59:59Z"), notBefore("2025-03-30T01:00:00Z"));
      assert.deepEqual(may(cut, "2025-03-30T01:00:00Z"), { open: true });
      assert.deepEqual(may(cut, "2025-03-30T02:59:59Z"), { open: true });
      assert.deepEqual(may(cut, "2025-03-30T03:00:00Z"), notBefore("2025-03-31T00:30:00Z"));
    });

    it("last an hour less over that night", () => {
      const night = [hours("22:00", "06:00", [6])];
      assert.deepEqual(may(night, "2025-03-29T20:59:59Z"), notBefore("2025-03-29T21:00:00Z"));
      assert.deepEqual(may(night, "2025-03-30T03:59:59Z"), { open: true });
      assert.deepEqual(may(night, "2025-03-30T04:00:00Z"), notBefore("2025-04-05T20:00:00Z"));
    });
  });

  describe("when Berlin's clocks are put back, 26 October 2025, 03:00 to 02:00", () => {
    it("open twice in the repeated hour", () => {
      const twice = [hours("02:15", "02:45")];
      assert.deepEqual(may(twice, "2025-10-26T00:15:00Z"), { open: true });
      assert.deepEqual(may(twice, "2025-10-26T00:45:00Z"), notBefore("2025-10-26T01:15:00Z"));
      assert.deepEqual(may(twice, "2025-10-26T01:15:00Z"), { open: true });
      assert.deepEqual(may(twice, "2025-10-26T01:45:00Z"), notBefore("2025-10-27T01:15:00Z"));
    });

    it("open at the change when the clock goes back into the hours", () => {
      const early = [hours("01:30", "02:30")];
      assert.deepEqual(may(early, "2025-10-26T00:30:00Z"), notBefore("2025-10-26T01:00:00Z"));
      assert.deepEqual(may(early, "2025-10-26T01:29:59Z"), { open: true });
    });

    it("find an opening a week of 169 hours ahead", () => {
      const saturday = [hours("09:00", "10:00", [6])];
      assert.deepEqual(may(saturday, "2025-10-25T08:00:00Z"), notBefore("2025-11-01T08:00:00Z"));
    });
  });

  it("begin when they start, and then follow their hours", () => {
    const starts = { startsAt: at("2026-03-02T09:00:00Z") };
    // Months ahead, Monday 10:00 in Berlin: within the hours.
    const work = [{ ...hours("08:00", "17:30", [1, 2, 3, 4, 5]), ...starts }];
    assert.deepEqual(
      may(work, "2025-11-12T12:00:00Z"),
      notBefore("2026-03-02T09:00:00Z", "not-yet"),
    );
    assert.deepEqual(may(work, "2026-03-02T09:00:00Z"), { open: true });
    // Outside the hours: the next morning.
    const early = [{ ...hours("08:00", "09:00"), ...starts }];
    assert.deepEqual(
      may(early, "2026-03-02T08:59:59Z"),
      notBefore("2026-03-03T07:00:00Z", "not-yet"),
    );
    assert.deepEqual(may(early, "2026-03-02T09:00:00Z"), notBefore("2026-03-03T07:00:00Z"));
    // Another grant counts meanwhile.
    const both = [...work, hours("06:00", "07:00")];
    assert.deepEqual(may(both, "2025-11-12T12:00:00Z"), notBefore("2025-11-13T05:00:00Z"));
    // It ends before it begins.
    const never = [grant({ ...starts, endsAt: starts.startsAt })];
    assert.deepEqual(may(never, "2025-11-12T12:00:00Z"), notBefore(null, "not-yet"));
  });

  it("do not open on a holiday unless they say so, and name the next opening after it", () => {
    const work = { ...hours("08:00", "17:30", [1, 2, 3, 4, 5]), onHolidays: false };
    // Thursday and Friday; then a weekend
    const christmas = ["2025-12-25", "2025-12-26"];
    const noon = "2025-12-25T11:00:00Z";
    assert.deepEqual(
      onHolidays([work], noon, christmas),
      notBefore("2025-12-29T07:00:00Z", "holiday"),
    );
    assert.deepEqual(onHolidays([work], noon, ["2025-12-24", "2025-12-26"]), { open: true });
    assert.deepEqual(onHolidays([{ ...work, onHolidays: true }], noon, christmas), { open: true });
    assert.deepEqual(
      onHolidays([work, grant({ days: [4] })], noon, christmas),
      { open: true },
      "the other grant opens on holidays",
    );
    // In the evening it is closed anyway.
    const evening = "2025-12-25T20:00:00Z";
    assert.deepEqual(onHolidays([work], evening, christmas), notBefore("2025-12-29T07:00:00Z"));
    // The holiday is a day at the gate: 23:00 UTC on the 24th is midnight in Berlin.
    const always = [grant({ onHolidays: false })];
    const eve = "2025-12-24T22:59:59Z";
    assert.deepEqual(onHolidays(always, eve, christmas), { open: true });
    assert.deepEqual(
      onHolidays(always, "2025-12-24T23:00:00Z", christmas),
      notBefore("2025-12-26T23:00:00Z", "holiday"),
    );
  });

  it("over midnight belong to the day on which they begin, also on holidays", () => {
    const night = [{ ...hours("22:00", "06:00"), onHolidays: false }];
    const christmas = ["2025-12-25"];
    assert.deepEqual(onHolidays(night, "2025-12-25T04:59:59Z", christmas), { open: true });
    assert.deepEqual(
      onHolidays(night, "2025-12-25T21:00:00Z", christmas),
      notBefore("2025-12-26T21:00:00Z", "holiday"),
    );
    assert.deepEqual(
      onHolidays(night, "2025-12-26T04:59:59Z", christmas),
      notBefore("2025-12-26T21:00:00Z", "holiday"),
    );
  });

  it("find the same opening as a search in steps of a quarter of an hour, in any zone", () => {
    const quarter = 15 * 60_000;
    const zones = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"];
    const instants = fc
      .integer({ min: at("2025-01-01T00:00Z"), max: at("2027-01-01T00:00Z") })
      .map((ms) => Math.floor(ms / quarter) * quarter);
    const quarters = (max: number) => fc.integer({ min: 0, max }).map((n) => n * 15);
    // Half of the samples are near a clock change.
    const changes = ["2025-03-09", "2025-03-30", "2025-04-06", "2025-09-28", "2025-10-26"].map(at);
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -200, max: 200 }))
      .map(([change, n]) => change + n * quarter);
    const moments = fc.oneof(instants, near);
    const grants = fc.record({
      days: fc.uniqueArray(fc.constantFrom(...everyDay)),
      fromMinute: quarters(95),
      toMinute: quarters(96),
      startsAt: fc.option(moments),
      endsAt: fc.option(instants),
      onHolidays: fc.boolean(),
    });
    const holidays = fc
      .tuple(moments, fc.uniqueArray(fc.integer({ min: -3, max: 12 }), { maxLength: 8 }))
      .map(([near, days]) => new Set(days.map((day) => Math.floor(near / 86_400_000) + day)));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(grants, { maxLength: 3 }),
        fc.oneof(fc.constant(new Set<number>()), holidays),
        moments,
        search,
      ),
      { numRuns: 300 },
    );

    function search(
      timeZone: string,
      all: readonly GrantTimes[],
      days: ReadonlySet<number>,
      now: number,
    ): void {
      const result = mayOpen({ isActive: true, timeZone }, all, days, now);
      const opens = (one: GrantTimes, time: number): boolean =>
        (one.startsAt ?? 0) <= time &&
        time < (one.endsAt ?? Infinity) &&
        covers(one, wallClock(time, offsetAt(timeZone, time)), days);
      assert.equal(
        result.open,
        all.some((one) => opens(one, now)),
      );
      if (result.open) return;
      const opensAt = result.opensAt ?? Infinity;
      if (opensAt < Infinity) assert.ok(all.some((one) => opens(one, opensAt)));
      // The search ends 8 days after the beginning of each grant, or 40 when there are holidays.
      const searched = (days.size > 0 ? holidaySearchDays : 8) * 96;
      for (let step = 0, time = now; step < searched && time < opensAt; step++, time += quarter) {
        assert.ok(!all.some((one) => opens(one, time)), `${opensAt} is not the first: ${time}`);
      }
    }
  }).timeout(60_000);
});
