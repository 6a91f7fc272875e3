import assert from "node:assert/strict";
import fc from "fast-check";
import type { GateView, RequestState, RequestView, SessionView } from "../../api.ts";
import { gatePanel } from "./control.ts";
import { graceMs, openingMs, silenceMs } from "./link.ts";
import { begin, deadline, hiddenMs, restAfterMs, settleMs, step } from "./page.ts";
import { isPolling, patienceMs, pollMs, pollTrustMs } from "./poll.ts";
import type { Effect, PageEvent, PageState } from "./state.ts";
import { restMs, retryAfterMs, shownMs } from "./tap.ts";

const out: SessionView = {
  person: null,
  guest: null,
  isGuestOver: false,
  isLockedOut: false,
  contact: null,
  csrfToken: "t",
  commandLifetimeMs: 10_000,
  methods: { passkey: true, oidc: null },
};
const signedIn: SessionView = {
  ...out,
  person: { id: "ada", name: "Ada", isAdministrator: false },
};
const gate = (id: string, more: Partial<GateView> = {}): GateView => ({
  id,
  name: id,
  box: "online",
  lastSeenAt: 0,
  position: null,
  may: { open: true },
  pass: null,
  ...more,
});
const request = (id: string, state: RequestState): RequestView => ({
  id,
  gate: "main",
  state,
  reason: null,
  at: 0,
  pulseMs: null,
});

/** Dispatches events at given times, and records the effects. */
class Timeline {
  state: PageState;
  effects: Effect[] = [];
  constructor(lastUsed: readonly string[] = []) {
    this.state = begin(lastUsed).state;
  }
  at(now: number, ...events: readonly PageEvent[]): this {
    this.effects = [];
    for (const event of events) {
      const next = step(this.state, event, now);
      this.state = next.state;
      this.effects.push(...next.effects);
    }
    return this;
  }
  control(now: number, id = "main"): string {
    const control = gatePanel(this.state, id, now)?.control;
    return control?.type === "off" ? control.why : (control?.type ?? "none");
  }
  get selected(): string | null {
    return this.state.selection.type === "gate" ? this.state.selection.id : null;
  }
  phase(id = "main"): string | undefined {
    return this.state.taps.get(id)?.phase.type;
  }
}

const say = (view: GateView): PageEvent => ({
  type: "stream-said",
  event: { event: "gate", data: view },
});
const hear = (view: RequestView): PageEvent => ({
  type: "stream-said",
  event: { event: "request", data: view },
});
/** The first sign of life has arrived. */
const opened: PageEvent = { type: "stream-beat" };
const time: PageEvent = { type: "time", random: 0 };
const broken: PageEvent = { type: "stream-ended", random: 0 };
const slid = (id: string, gateId = "main"): PageEvent => ({ type: "slid", gate: gateId, id });

function ready(lastUsed: readonly string[] = []): Timeline {
  return new Timeline(lastUsed)
    .at(0, { type: "session", view: signedIn })
    .at(10, opened, say(gate("main")));
}

describe("the page", () => {
  it("opens a stream after the sign-in, and is ready when it reports a gate", () => {
    const page = new Timeline().at(0, { type: "session", view: signedIn });
    assert.deepEqual(page.effects, [{ type: "open-stream" }]);
    assert.equal(page.control(5), "none");
    page.at(10, opened, say(gate("main")));
    assert.equal(page.control(10), "ready");
  });

  it("opens a stream for a guest, and forgets the guest's gate when somebody else comes", () => {
    const max = { id: "max", name: "Max", inviterName: "Ada" };
    const page = new Timeline().at(0, { type: "session", view: { ...out, guest: max } });
    assert.deepEqual(page.effects, [{ type: "open-stream" }]);
    page.at(10, opened, say(gate("main")));
    assert.equal(page.control(10), "ready");
    page.at(20, { type: "session", view: { ...out, guest: max, csrfToken: "new" } });
    assert.equal(page.control(20), "ready", "the same guest with a new token");
    page.at(30, { type: "session", view: signedIn });
    assert.equal(page.control(30), "none");
    assert.deepEqual(page.effects, [{ type: "open-stream" }]);
    page.at(40, { type: "session", view: { ...out, isGuestOver: true } });
    const { session } = page.state;
    assert.ok(session.type === "out" && session.view.isGuestOver);
    assert.deepEqual(page.effects, [{ type: "close-stream" }]);
  });

  it("posts one request at a time, however often the person slides", () => {
    const page = ready().at(100, slid("id-1"), slid("id-2"));
    const posts = page.effects.filter(({ type }) => type === "post");
    assert.deepEqual(posts, [{ type: "post", gate: "main", id: "id-1", ageMs: 0 }]);
    assert.equal(page.control(100), "busy");
    page.at(150, hear(request("id-1", "opened"))).at(150 + restMs - 1, slid("id-3"));
    assert.deepEqual(page.effects, []);
    page.at(150 + restMs, slid("id-4"));
    assert.deepEqual(page.effects[0], { type: "post", gate: "main", id: "id-4", ageMs: 0 });
  });

  it("posts nothing while the control is off, whatever the reason", () => {
    const reasons: readonly Partial<GateView>[] = [
      { box: "offline" },
      { box: "unknown" },
      { may: { open: false, why: "not-now", opensAt: null } },
    ];
    for (const more of reasons) {
      const page = ready().at(50, say(gate("main", more)), slid("id-1"));
      assert.deepEqual(page.effects, []);
    }
    assert.deepEqual(ready().at(50, slid("id-1", "unknown")).effects, []);
  });

  it("keeps the control on during a short break, and turns it off after a few seconds", () => {
    const page = ready().at(1_000, broken);
    assert.equal(page.control(1_000 + graceMs - 1), "ready");
    page.at(1_500, time);
    assert.deepEqual(page.effects, [{ type: "open-stream" }]);
    assert.ok((deadline(page.state, 1_500) ?? 0) <= 1_000 + graceMs);
    page.at(1_600, broken).at(1_000 + graceMs, slid("id-1"));
    assert.deepEqual(page.effects, []);
    assert.equal(page.control(1_000 + graceMs), "stream-broken");
    assert.equal(page.phase(), undefined);
  });

  it("does not trust a gate after a break until the new stream has reported it", () => {
    const page = ready().at(1_000, broken).at(1_500, time, opened);
    assert.equal(page.control(1_500), "checking");
    page.at(1_510, say(gate("main", { box: "offline" })));
    assert.equal(page.control(1_510), "box-offline");
  });

  it("says where a gate is only as long as the open stream has reported it", () => {
    const position = { state: "closed", since: 1, message: "The gate is closed" } as const;
    const positionAt = (page: Timeline, now: number) =>
      gatePanel(page.state, "main", now)?.position ?? null;
    const page = ready();
    assert.equal(positionAt(page, 20), null, "there is no contact");
    page.at(50, say(gate("main", { position })));
    assert.deepEqual(positionAt(page, 60), position);
    page.at(1_000, broken).at(1_500, time, opened);
    assert.equal(positionAt(page, 1_500), null);
    page.at(1_510, say(gate("main", { position })));
    assert.deepEqual(positionAt(page, 1_520), position);
  });

  it("removes a gate that the new stream does not report, and leaves it to the person to select another", () => {
    const page = ready()
      .at(20, say(gate("yard")))
      .at(1_000, broken);
    page.at(1_500, time, opened, say(gate("yard")));
    assert.equal(deadline(page.state, 1_510), 1_500 + settleMs);
    page.at(1_500 + settleMs, time);
    assert.deepEqual([...page.state.gates.keys()], ["yard"]);
    assert.equal(page.selected, null);
    page.at(4_000, say(gate("main")));
    assert.equal(page.selected, "main");
    page.at(4_100, { type: "selected", gate: "yard" });
    assert.equal(page.selected, "yard");
  });

  it("treats silence as a break", () => {
    const page = ready().at(1_000, { type: "stream-beat" });
    assert.equal(page.control(1_000 + silenceMs), "stream-broken");
    page.at(1_000 + silenceMs, time);
    assert.deepEqual(page.effects, [{ type: "close-stream" }]);
    assert.equal(page.state.link.type, "waiting");
    assert.equal(page.control(1_000 + silenceMs), "stream-broken", "there is no grace after it");
  });

  it("trusts nothing after a sleep, whatever happens first", () => {
    const later = 30 * 60_000;
    for (const first of [time, broken, { type: "visible" } as const]) {
      const page = ready().at(later, first);
      assert.notEqual(page.control(later), "ready", first.type);
      page.at(later + 1, time);
      assert.notEqual(page.control(later + 1), "ready", first.type);
    }
  });

  it("shows an outcome for a minute", () => {
    const page = ready()
      .at(100, slid("id-1"))
      .at(150, hear(request("id-1", "opened")));
    page.at(150 + shownMs - 1, time);
    assert.equal(page.phase(), "request");
    page.at(150 + shownMs, time);
    assert.equal(page.phase(), undefined);
  });

  it("reopens the stream after it was hidden, and is off until it has the current state", () => {
    const page = ready()
      .at(1_000, { type: "hidden" })
      .at(1_000 + hiddenMs, { type: "visible" });
    assert.deepEqual(page.effects, [{ type: "open-stream" }]);
    assert.equal(page.control(1_000 + hiddenMs), "checking");
    const glance = ready().at(1_000, { type: "hidden" }).at(1_500, { type: "visible" });
    assert.deepEqual(glance.effects, []);
    assert.equal(glance.control(1_500), "ready");
  });

  describe("without a stream", () => {
    const answer = (view: GateView, ...requests: RequestView[]): PageEvent => ({
      type: "polled",
      now: { gates: [view], requests },
      random: 0.5,
    });
    const silent = (page: Timeline) => page.at(0, { type: "session", view: signedIn });

    it("asks every few seconds when the service is there, and no event arrives", () => {
      const page = silent(new Timeline());
      assert.equal(page.control(100), "none");
      assert.equal(deadline(page.state, 100), patienceMs);
      page.at(2_000, time);
      assert.deepEqual(page.effects, [{ type: "poll" }]);
      page.at(2_100, answer(gate("main")));
      assert.equal(page.control(2_100), "ready");
      assert.ok(isPolling(page.state.poll, page.state.link, 2_100));
      assert.equal(deadline(page.state, 2_100), 2_100 + pollMs);
      page.at(2_100 + pollMs, time);
      assert.deepEqual(page.effects, [{ type: "poll" }]);
      page.at(5_200, answer(gate("main"))).at(openingMs, time);
      assert.deepEqual(page.effects, [{ type: "close-stream" }]);
      assert.equal(page.control(openingMs), "ready", "the answers go on");
    });

    it("opens, and learns the outcome from an answer", () => {
      const page = silent(new Timeline())
        .at(2_000, time)
        .at(2_100, answer(gate("main")));
      page.at(2_200, slid("id-1"));
      assert.deepEqual(page.effects[0], { type: "post", gate: "main", id: "id-1", ageMs: 0 });
      page.at(2_100 + pollMs, time);
      page.at(2_150 + pollMs, answer(gate("main"), request("id-1", "opened")));
      const phase = page.state.taps.get("main")?.phase;
      assert.ok(phase?.type === "request" && phase.request.state === "opened");
    });

    it("trusts an answer for seven seconds after the question, however late it comes", () => {
      const page = silent(new Timeline())
        .at(2_000, time)
        .at(6_000, answer(gate("main")));
      assert.equal(page.control(2_000 + pollTrustMs - 1), "ready");
      assert.equal(page.control(2_000 + pollTrustMs), "checking");
    });

    it("is turned off when the service cannot be asked either", () => {
      const page = silent(new Timeline())
        .at(2_000, time)
        .at(2_100, answer(gate("main")));
      page.at(2_100 + pollMs, time).at(9_000, { type: "poll-failed", random: 0 });
      assert.notEqual(page.control(9_500), "ready");
    });

    it("stops asking when the stream says something, and does not believe an older answer", () => {
      const page = silent(new Timeline())
        .at(2_000, time)
        .at(2_100, answer(gate("main")));
      page.at(2_100 + pollMs, time, { type: "stream-beat" }, say(gate("main", { box: "offline" })));
      page.at(5_600, answer(gate("main")));
      assert.equal(page.control(5_600), "box-offline");
      assert.ok(!isPolling(page.state.poll, page.state.link, 5_600));
      assert.equal(deadline(page.state, 5_600), 2_100 + pollMs + settleMs);
    });

    it("asks at once when other tabs have all streams", () => {
      const page = new Timeline()
        .at(0, { type: "session", view: signedIn })
        .at(10, { type: "stream-refused", random: 0 });
      page.at(20, time);
      assert.deepEqual(page.effects, [{ type: "poll" }]);
      page.at(60, answer(gate("main")));
      assert.equal(page.control(60), "ready");
    });

    it("removes a gate that is in no answer any more, and keeps the places of the others", () => {
      const page = silent(new Timeline()).at(2_000, time);
      const gates = (...ids: string[]): PageEvent => ({
        type: "polled",
        now: { gates: ids.map((id) => gate(id)), requests: [] },
        random: 0.5,
      });
      page.at(2_100, gates("main", "yard", "zoo"));
      page.at(2_100 + pollMs, time).at(2_300 + pollMs, gates("zoo", "yard"));
      assert.deepEqual([...page.state.gates.keys()], ["yard", "zoo"]);
      assert.equal(page.selected, null);
    });

    it("needs no connection while the page is hidden for long, and asks for everything afterwards", () => {
      const page = ready().at(1_000, { type: "hidden" });
      page.at(5_000, { type: "stream-beat" }).at(1_000 + restAfterMs, time);
      assert.deepEqual(page.effects, [{ type: "close-stream" }]);
      assert.equal(deadline(page.state, 1_000 + restAfterMs), null);
      const later = 30 * 60_000;
      page.at(later, { type: "visible" });
      assert.deepEqual(page.effects, [{ type: "open-stream" }]);
      assert.notEqual(page.control(later), "ready");
      page.at(later + 50, opened);
      assert.equal(page.control(later + 50), "checking");
      page.at(later + 60, say(gate("main")));
      assert.equal(page.control(later + 60), "ready");
    });
  });

  it("looks up the outcome of a request after the stream was broken", () => {
    const page = ready().at(100, slid("id-1")).at(150, broken).at(700, time);
    page.at(800, opened);
    assert.deepEqual(page.effects, [{ type: "look-up", id: "id-1" }]);
    page.at(900, { type: "answered", request: request("id-1", "opened") });
    assert.equal(page.state.taps.get("main")?.endedAt, 900);
  });

  it("posts the same id once more after a network error, but not a third time", () => {
    const page = ready().at(100, slid("id-1")).at(200, { type: "unreached", id: "id-1" });
    assert.equal(deadline(page.state, 200), 200 + retryAfterMs);
    page.at(200 + retryAfterMs, time);
    const ageMs = 100 + retryAfterMs;
    assert.deepEqual(page.effects, [{ type: "post", gate: "main", id: "id-1", ageMs }]);
    page.at(3_000, { type: "unreached", id: "id-1" }).at(9_000, time);
    assert.equal(page.phase(), "unknown");
    assert.ok(!page.effects.some(({ type }) => type === "post"));
  });

  it("reloads the session when its token is out of date, and posts the same id with the new one", () => {
    const page = ready().at(100, slid("id-1"));
    page.at(150, { type: "turned-down", id: "id-1", problem: { error: "csrf", message: "" } });
    assert.deepEqual(page.effects, [{ type: "load-session" }]);
    page.at(200, { type: "session", view: { ...signedIn, csrfToken: "new" } });
    assert.deepEqual(page.effects, [{ type: "post", gate: "main", id: "id-1", ageMs: 100 }]);
    page.at(250, { type: "turned-down", id: "id-1", problem: { error: "csrf", message: "No." } });
    assert.equal(page.phase(), "turned-down");
  });

  it("posts nothing after the lifetime that the service tells, whatever it waited for", () => {
    const view = { ...signedIn, commandLifetimeMs: 2_000 };
    const short = () => ready().at(20, { type: "session", view }).at(100, slid("id-1"));
    const late = short().at(1_200, { type: "unreached", id: "id-1" });
    assert.equal(late.phase(), "unknown");
    const slept = short().at(200, { type: "unreached", id: "id-1" }).at(2_100, time);
    assert.deepEqual(slept.effects, []);
    assert.equal(slept.phase(), "unknown");
    const problem = { error: "csrf", message: "" };
    const slow = short().at(150, { type: "turned-down", id: "id-1", problem });
    slow.at(2_100, { type: "session", view: { ...view, csrfToken: "new" } });
    assert.deepEqual(slow.effects, []);
    assert.equal(slow.phase(), "unknown");
  });

  it("forgets everything when the session ends", () => {
    const page = ready().at(100, slid("id-1")).at(200, { type: "not-signed-in" });
    assert.deepEqual(page.effects, [{ type: "load-session" }]);
    page.at(250, { type: "session", view: out });
    assert.deepEqual(page.effects, [{ type: "close-stream" }]);
    assert.equal(page.state.gates.size + page.state.taps.size, 0);
    assert.ok(page.state.session.type === "out" && page.state.session.hasEnded);
    assert.equal(deadline(page.state, 250), null);
  });

  it("starts with the gate used last, and moves nothing under a thumb", () => {
    const page = ready(["yard"]);
    assert.equal(page.selected, null);
    page.at(20, say(gate("yard")));
    assert.deepEqual([...page.state.gates.keys()], ["yard", "main"]);
    assert.equal(page.selected, "yard");
    page.at(50, { type: "selected", gate: "main" }, slid("id-1"));
    assert.deepEqual(page.effects.at(-1), { type: "remember", lastUsed: ["main", "yard"] });
    assert.deepEqual([...page.state.gates.keys()], ["yard", "main"]);
    assert.equal(page.selected, "main");
    page.at(60, { type: "selected", gate: "yard" }, slid("id-2", "yard"));
    assert.deepEqual(page.effects.at(-1), { type: "remember", lastUsed: ["yard", "main"] });
  });

  it("remembers every gate used during one visit", () => {
    const page = ready().at(20, say(gate("yard")), slid("id-1"), slid("id-2", "yard"));
    assert.deepEqual(page.effects.at(-1), { type: "remember", lastUsed: ["yard", "main"] });
  });

  it("waits no longer than the stream needs for a gate that the person does not have any more", () => {
    const page = ready(["gone", "yard"]).at(20, say(gate("yard")));
    assert.equal(page.selected, null);
    page.at(10 + settleMs, time);
    assert.equal(page.selected, "yard");
    assert.deepEqual(page.effects, [{ type: "remember", lastUsed: ["yard"] }]);
  });

  it("selects the first gate on the screen, and never another one by itself", () => {
    const ids = fc.constantFrom("a", "b", "c", "d", "e");
    const order = fc.uniqueArray(ids);
    const action = fc.record({
      what: fc.constantFrom("said", "time", "broken", "slid"),
      id: ids,
      ms: fc.integer({ min: 0, max: 3_000 }),
    });
    fc.assert(
      fc.property(order, fc.array(action, { maxLength: 40 }), (lastUsed, actions) => {
        const page = new Timeline(lastUsed).at(0, { type: "session", view: signedIn });
        page.at(0, opened);
        let now = 0;
        let first: string | null = null;
        for (const [index, { what, id, ms }] of actions.entries()) {
          now += ms;
          if (what === "said") page.at(now, say(gate(id)));
          else if (what === "slid") page.at(now, slid(`id-${index}`, id));
          else if (what === "broken") page.at(now, broken, time, opened);
          else page.at(now, time);
          const { selected } = page;
          if (selected === null) continue;
          if (first === null) assert.equal(selected, [...page.state.gates.keys()][0]);
          first ??= selected;
          assert.equal(selected, first);
        }
      }),
    );
  });

  it("loads the session again when the service cannot be reached", () => {
    const page = new Timeline().at(0, { type: "session-unreached" });
    const due = deadline(page.state, 0) ?? Number.NaN;
    page.at(due, time);
    assert.deepEqual(page.effects, [{ type: "load-session" }]);
  });

  it("never posts an id more than twice, nor two requests for a gate at the same time", () => {
    const event = fc.constantFrom<PageEvent["type"]>(
      "slid",
      "unreached",
      "answered",
      "time",
      "stream-ended",
      "stream-beat",
      "stream-said",
      "stream-refused",
      "polled",
      "poll-failed",
      "hidden",
      "visible",
    );
    const script = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 4_000 })), { maxLength: 60 });
    fc.assert(
      fc.property(script, (events) => {
        const page = ready();
        const posts = new Map<string, number>();
        let now = 10;
        for (const [index, [type, ms]] of events.entries()) {
          now += ms;
          const tap = page.state.taps.get("main");
          const id = tap?.id ?? "none";
          const wasPending = tap !== undefined && tap.endedAt === null;
          page.at(now, eventOf(type, id, index));
          for (const effect of page.effects) {
            if (effect.type !== "post") continue;
            posts.set(effect.id, (posts.get(effect.id) ?? 0) + 1);
            if (wasPending) assert.equal(effect.id, id);
          }
        }
        for (const count of posts.values()) assert.ok(count <= 2);
      }),
    );
  });
});

function eventOf(type: PageEvent["type"], id: string, index: number): PageEvent {
  switch (type) {
    case "slid":
      return slid(`id-${index}`);
    case "unreached":
      return { type, id };
    case "answered":
      return { type, request: request(id, index % 2 === 0 ? "sent" : "opened") };
    case "stream-ended":
      return broken;
    case "stream-said":
      return say(gate("main"));
    case "stream-refused":
    case "poll-failed":
      return { type, random: 0 };
    case "polled":
      return { type, random: 0, now: { gates: [gate("main")], requests: [] } };
    case "stream-beat":
    case "hidden":
    case "visible":
      return { type };
    default:
      return time;
  }
}
