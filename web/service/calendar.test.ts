import assert from "node:assert/strict";
import fc from "fast-check";
import { wordsIn } from "../words/service.ts";
import { mostDays, readHolidays } from "./calendar.ts";
import { CalendarProblem } from "./calendar-lines.ts";

const now = Date.UTC(2026, 10, 28, 12);

/** @param lines of events, from line 2 */
function calendar(...lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

/** @param lines of one event, from line 3 */
function event(...lines: readonly string[]): string {
  return calendar("BEGIN:VEVENT", ...lines, "END:VEVENT");
}

async function dates(text: string): Promise<readonly string[]> {
  return (await readHolidays(text, now, wordsIn.en.calendar.nameless)).map(({ date }) => date);
}

async function problemOf(text: string): Promise<string> {
  try {
    await readHolidays(text, now, wordsIn.en.calendar.nameless);
  } catch (error) {
    assert.ok(error instanceof CalendarProblem, String(error));
    return error.messageIn(wordsIn.en.calendar);
  }
  return "";
}

describe("a calendar of holidays", () => {
  it("has whole days, whose DTEND is the day after the last one", async () => {
    assert.deepEqual(
      await readHolidays(
        calendar(
          "VERSION:2.0",
          "BEGIN:VEVENT",
          "DTSTART;VALUE=DATE:20261225",
          "DTEND;VALUE=DATE:20261227",
          "SUMMARY:Christmas\\, first and se",
          " cond day",
          "BEGIN:VALARM",
          "TRIGGER:-PT1H",
          "END:VALARM",
          "END:VEVENT",
          "BEGIN:VEVENT",
          "DTSTART;VALUE=DATE:20270101",
          "END:VEVENT",
        ),
        now,
        wordsIn.en.calendar.nameless,
      ),
      [
        { date: "2026-12-25", name: "Christmas, first and second day" },
        { date: "2026-12-26", name: "Christmas, first and second day" },
        { date: "2027-01-01", name: "Holiday" },
      ],
    );
    assert.deepEqual(await dates(event("DTSTART;VALUE=DATE:20270201", "DURATION:P2D")), [
      "2027-02-01",
      "2027-02-02",
    ]);
  });

  it("leaves out cancelled events and days that are over, but not yesterday", async () => {
    const day = (date: string, ...more: readonly string[]) => [
      ...["BEGIN:VEVENT", `DTSTART;VALUE=DATE:${date}`, ...more, "END:VEVENT"],
    ];
    const text = calendar(
      ...day("20261126"),
      ...day("20261127"),
      ...day("20261224", "STATUS:CANCELLED"),
      ...day("20261225"),
      ...day("20261225", "SUMMARY:Again"),
    );
    assert.deepEqual(await dates(text), ["2026-11-27", "2026-12-25"]);
  });

  it("repeats a yearly event for ten years, without its EXDATEs", async () => {
    const every = (...more: readonly string[]) =>
      dates(event("DTSTART;VALUE=DATE:20001225", "RRULE:FREQ=YEARLY", ...more));
    const all = await every();
    assert.equal(all.length, 11);
    assert.deepEqual([all[0], all.at(-1)], ["2026-12-25", "2036-12-25"]);
    const some = await every("EXDATE;VALUE=DATE:20271225,20281225");
    assert.deepEqual(some.slice(0, 2), ["2026-12-25", "2029-12-25"]);
    const thanksgiving = event(
      "DTSTART;VALUE=DATE:20201126",
      "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231",
      "DTEND;VALUE=DATE:20201128",
    );
    assert.deepEqual(await dates(thanksgiving), [
      ...["2026-11-27", "2027-11-25", "2027-11-26", "2028-11-23", "2028-11-24"],
    ]);
  });

  it("repeats 29 February in leap years only", async () => {
    const text = event("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY");
    assert.deepEqual(await dates(text), ["2028-02-29", "2032-02-29", "2036-02-29"]);
    const never = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30";
    assert.match(
      await problemOf(event("DTSTART;VALUE=DATE:20260101", never)),
      /no whole-day event/,
    );
  });

  it("is refused with the line and what to do", async () => {
    const start = "DTSTART;VALUE=DATE:20261225";
    for (const [text, problem] of [
      ["", /^The file must begin with BEGIN:VCALENDAR/],
      ["<!doctype html>\n<p>Sign in</p>", /^Line 1: The file must begin with BEGIN:VCALENDAR/],
      ["BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225", /^Line 3: .*Copy all of it/],
      [event("SUMMARY:x"), /^Line 2: This event has no DTSTART/],
      [event("DTSTART:20261225T100000Z"), /^Line 3: This is not a whole day/],
      [
        event("SUMMARY:a", " b", "DTSTART;VALUE=DATE:20260231"),
        /^Line 5: This date does not exist/,
      ],
      [event("DTSTART;VALUE=DATE:soon"), /^Line 3: This date does not exist/],
      [event(start, "DTEND;VALUE=DATE:20261225"), /^Line 4: DTEND must be later/],
      [event(start, "DTEND:20261226T000000Z"), /^Line 4: This is not a whole day/],
      [event(start, "DURATION:PT8H"), /^Line 4: This is not a whole day/],
      [event(start, "DTEND;VALUE=DATE:20281225"), /^Line 4: This event is longer than 366 days/],
      [event(start, "RRULE:FREQ=WEEKLY"), /^Line 4: Only a yearly rule is read/],
      [event(start, "RRULE:FREQ=YEARLY;BYSETPOS=1"), /^Line 4: Only a yearly rule is read/],
      [event(start, "RRULE:FREQ=YEARLY;BYDAY=MO"), /^Line 4: .*needs BYMONTH/],
      [event(start, "RRULE:every year"), /^Line 4: Only a yearly rule is read/],
      [
        event(start, "RRULE:FREQ=YEARLY", "EXDATE:20271225T000000Z"),
        /^Line 5: This is not a whole/,
      ],
      [event(start, "RDATE;VALUE=DATE:20271225"), /^Line 4: RDATE is not read/],
      [event(start, "RECURRENCE-ID;VALUE=DATE:20271225"), /^Line 4: RECURRENCE-ID is not read/],
      [event(start, start), /^Line 4: This event has a second DTSTART/],
      [event(start, "what is this"), /^Line 4: This is not a line of an iCalendar file/],
      [calendar("END:VEVENT"), /^Line 2: END:VEVENT ends nothing/],
      [
        event("DTSTART;VALUE=DATE:20200101"),
        /^The file has no whole-day event from today to the end of 2036/,
      ],
    ] as const) {
      assert.match(await problemOf(text), problem);
    }
  });

  it("has a bounded number of days", async () => {
    const long = (year: number) => [
      ...["BEGIN:VEVENT", `DTSTART;VALUE=DATE:${year}0101`],
      ...[`DTEND;VALUE=DATE:${year}1231`, "RRULE:FREQ=YEARLY", "END:VEVENT"],
    ];
    assert.match(
      await problemOf(calendar(...long(2027))),
      new RegExp(`more than ${mostDays.toLocaleString("en-GB")} days`),
    );
    const many = Array.from({ length: 1_001 }, () => [
      ...["BEGIN:VEVENT", "DTSTART;VALUE=DATE:20270101", "END:VEVENT"],
    ]).flat();
    assert.match(await problemOf(calendar(...many)), /more than 1,000 events/);
  });

  it("never fails in another way, and never has a day twice, whatever the file has", async () => {
    const words = fc.constantFrom(
      ...["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "END:VCALENDAR"],
      ...["DTSTART;VALUE=DATE:20261225", "DTSTART;VALUE=DATE:20270101", "DTSTART:20270101T0000"],
      ...["DTEND;VALUE=DATE:20270102", "RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY;INTERVAL=0"],
      ...["RRULE:FREQ=YEARLY;BYMONTH=13", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-31"],
      ...["RRULE:FREQ=YEARLY;COUNT=-1", "RRULE:FREQ=YEARLY;UNTIL=soon", "EXDATE;VALUE=DATE:x"],
      ...["SUMMARY:Day", " more", 'X-A;B="c:d', "DURATION:P1W", "STATUS:CANCELLED"],
    );
    const lines = fc.array(fc.oneof({ weight: 8, arbitrary: words }, fc.string()), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(lines, async (inner) => {
        const text = event(...inner);
        if ((await problemOf(text)) !== "") return;
        const all = await dates(text);
        assert.deepEqual(all, [...new Set(all)].toSorted());
      }),
      { numRuns: 2_000 },
    );
  }).timeout(30_000);
});
