/** axe-core over every state of the page, in every mode. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { axeViolations } from "./axe.rig.ts";
import { addAuthenticator, desktop, phone, slide } from "./browser.rig.ts";
import { adminGate, off, otherCommand, pageRig, ready } from "./page.rig.ts";
import {
  type FakeService,
  gateView,
  guestView,
  newPerson,
  ownPasskey,
  request,
} from "./service.fake.ts";

/** A state of the page: who sees it, and how it is reached. */
interface State {
  /** null: nobody is signed in */
  readonly person: string | null;
  readonly prepare?: (service: FakeService) => void;
  readonly reach: (page: Page, service: FakeService) => Promise<void>;
}

/** A slide whose request stays in, or ends with, this state. */
const after = (state: Parameters<typeof request>[2], shown: string): State => ({
  person: "ben",
  prepare: (service) => {
    service.openScript = (gate, id) => ({ type: "answer", request: request(gate.id, id, state) });
  },
  reach: async (page) => {
    await ready(page);
    await slide(page);
    await page.getByText(shown).first().waitFor();
  },
});

const person = async (page: Page) => {
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("link", { name: "Ben Okafor" }).click();
  await page.getByRole("heading", { name: "Ben Okafor" }).waitFor();
};
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();

const states: Readonly<Record<string, State>> = {
  "sign-in": {
    person: null,
    reach: (page) => page.getByRole("heading", { name: "Sign in" }).waitFor(),
  },
  "sign-in after a lock-out": {
    person: null,
    prepare: (service) => {
      service.isLockedOut = true;
    },
    reach: (page) => page.getByText("You are locked out.").waitFor(),
  },
  "a sign-in that was cancelled": {
    person: null,
    reach: async (page) => {
      await addAuthenticator(page);
      await press(page, "Sign in with a passkey");
      await page.getByText("did not provide a passkey").waitFor();
    },
  },
  "an invitation": {
    person: null,
    reach: async (page, service) => {
      await page.goto(service.invitationFor("ben"));
      await page.getByRole("heading", { name: "Welcome, Ben Okafor" }).waitFor();
    },
  },
  "a gate that is online": { person: "ben", reach: ready },
  "a gate that is offline": {
    person: "ben",
    prepare: (service) => {
      service.gates.set("main", { ...gateView("main", "Main gate"), box: "offline" });
    },
    reach: off,
  },
  "a gate that has been left open": {
    person: "ben",
    prepare: (service) => {
      const message = "The gate has been left open";
      const position = { state: "left-open", since: Date.now(), message } as const;
      service.gates.set("main", { ...gateView("main", "Main gate"), position });
    },
    reach: async (page) => {
      await ready(page);
      await page.getByText("The gate has been left open").waitFor();
    },
  },
  "a gate without access at this time": {
    person: "ben",
    prepare: (service) => {
      const may = { open: false, why: "not-now", opensAt: Date.now() + 60_000 } as const;
      service.gates.set("main", { ...gateView("main", "Main gate"), may });
    },
    reach: off,
  },
  "a broken connection": {
    person: "ben",
    reach: async (page, service) => {
      await ready(page);
      service.refusesStreams = true;
      service.breakStreams();
      await page.clock.fastForward(4_000);
      await page.getByText("The connection to the service is lost").waitFor();
    },
  },
  "a request on its way": after({ state: "sent" }, "Accepted. Waiting"),
  "a button that was pressed": after({ state: "opened", pulseMs: 501 }, "Button pressed"),
  "a refusal": after({ state: "refused", reason: "cooldown" }, "Refused by the box"),
  "no answer": after({ state: "unanswered" }, "No answer from the box"),
  "the question before opening": {
    person: "ben",
    reach: async (page) => {
      await ready(page);
      await press(page, "Open without sliding");
      await page.getByRole("button", { name: "Yes, open" }).waitFor();
    },
  },
  "two gates": {
    person: "ben",
    prepare: (service) => {
      service.gates.set("yard", { ...gateView("yard", "Delivery yard"), box: "offline" });
    },
    reach: ready,
  },
  "many gates": {
    person: "ben",
    prepare: (service) => {
      for (let id = 0; id < 41; id++)
        service.gates.set(`g-${id}`, gateView(`g-${id}`, `Gate ${id}`));
    },
    reach: ready,
  },
  "no gate": {
    person: "ben",
    prepare: (service) => service.gates.clear(),
    reach: async (page) => {
      await page.getByText("Loading").waitFor();
      await page.clock.fastForward(4_000);
      await page.getByText("You do not have access to any gate yet.").waitFor();
    },
  },
  "a gate for a guest": {
    person: null,
    prepare: (service) => {
      service.guest = { id: "max", name: "Max Stein", inviterName: "Ada Kowalski" };
      const pass = { startsAt: Date.now(), endsAt: Date.now() + 3_600_000, left: 2 };
      service.gates.set("main", { ...gateView("main", "Main gate"), pass });
    },
    reach: async (page) => {
      await ready(page);
      await page.getByText("2 openings left").waitFor();
    },
  },
  "a gate for a guest without openings": {
    person: null,
    prepare: (service) => {
      service.guest = { id: "max", name: "Max Stein", inviterName: "Ada Kowalski" };
      const pass = { startsAt: Date.now(), endsAt: Date.now() + 3_600_000, left: 0 };
      const may = { open: false, why: "used-up", opensAt: null } as const;
      service.gates.set("main", { ...gateView("main", "Main gate"), pass, may });
    },
    reach: (page) => page.getByText("Ask Ada Kowalski, who invited you").waitFor(),
  },
  "a guest link that is over": {
    person: null,
    prepare: (service) => {
      service.isGuestOver = true;
    },
    reach: (page) => page.getByText("This guest link is not valid any more.").waitFor(),
  },
  "a guest link in the browser of a colleague": {
    person: "ben",
    reach: async (page, service) => {
      await ready(page);
      await page.goto(`${service.origin}/#guest=TOKEN`);
      await page.getByText("You are signed in as Ben Okafor.").waitFor();
    },
  },
  guests: {
    person: "ada",
    prepare: (service) => {
      const states = ["upcoming", "valid", "used-up", "ended", "revoked"] as const;
      service.guests = states.map((state) =>
        guestView(state, `Guest ${state}`, {
          ...{ state, note: "Delivery" },
          isInviterActive: state !== "upcoming",
        }),
      );
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "Guests" }).click();
      await page.getByText("Guest revoked").waitFor();
      await page.getByText("Stopped: Ada Kowalski is locked out").waitFor();
    },
  },
  "a new guest": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Guests" }).click();
      await press(page, "Add a guest");
      await page.getByLabel("Name of the guest").fill("Max Stein");
      await page.getByLabel("Openings").fill("0");
      await press(page, "Add a guest");
      await page.getByText("Enter a whole number from 1 to 100.").waitFor();
      await page.getByRole("searchbox", { name: "Invited by" }).fill("ben");
      await press(page, "Add Ben Okafor");
      await page.getByRole("button", { name: "Remove Ben Okafor" }).waitFor();
    },
  },
  "a new guest link": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Guests" }).click();
      await press(page, "Add a guest");
      await page.getByLabel("Name of the guest").fill("Max Stein");
      await press(page, "Add a guest");
      await page.getByRole("img", { name: "QR code with the link for Max Stein" }).waitFor();
    },
  },
  "the form for several people": {
    person: "ada",
    reach: async (page, service) => {
      await page.goto(`${service.origin}/#/access`);
      await page.getByRole("searchbox", { name: "People" }).fill("ben");
      await press(page, "Add Ben Okafor");
      await press(page, "Check");
      await page.getByText("Choose at least one gate.").waitFor();
    },
  },
  "the summary of many grants": {
    person: "ada",
    reach: async (page, service) => {
      await page.goto(`${service.origin}/#/access/main`);
      await page.getByRole("searchbox", { name: "People" }).fill("ben");
      await press(page, "Add Ben Okafor");
      await press(page, "Check");
      await page.getByRole("heading", { name: "1 person at 1 gate: 1 grant" }).waitFor();
    },
  },
  holidays: {
    person: "ada",
    prepare: (service) => {
      const days = [{ date: "2026-12-25", name: "Christmas" }];
      service.holidays = [{ id: "1", name: "Berlin", gate: null, days }];
    },
    reach: async (page, service) => {
      await page.goto(`${service.origin}/#/holidays`);
      await page.getByText("1 day, until 2026").click();
      await page.getByText("25 Dec 2026 · Christmas").waitFor();
    },
  },
  "the form for holidays": {
    person: "ada",
    reach: async (page, service) => {
      await page.goto(`${service.origin}/#/holidays`);
      await press(page, "Add holidays");
      await press(page, "Preview");
      await page.getByText("Fill in this field.").first().waitFor();
    },
  },
  history: {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "History" }).click();
      await page.locator(".entry").first().waitFor();
    },
  },
  people: {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "People" }).click();
      await page.getByRole("link", { name: "Ben Okafor" }).waitFor();
    },
  },
  "a new person": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "People" }).click();
      await press(page, "Add a person");
      await press(page, "Save");
      await page.getByText("Fill in this field.").waitFor();
    },
  },
  "a person": { person: "ada", reach: person },
  "a person who is edited and perhaps deleted": {
    person: "ada",
    reach: async (page) => {
      await person(page);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await press(page, "Delete");
      await page.getByText("Delete Ben Okafor for good?").waitFor();
    },
  },
  "a new invitation": {
    person: "ada",
    reach: async (page) => {
      await person(page);
      await press(page, "New invitation link");
      await page.getByRole("textbox", { name: "Invitation link" }).waitFor();
    },
  },
  "the form for access": {
    person: "ada",
    reach: async (page) => {
      await person(page);
      await press(page, "Grant access");
      await page.getByLabel("From").fill("");
      await press(page, "Grant access");
      await page.getByText("Enter a time").waitFor();
    },
  },
  "the question before a lock-out": {
    person: "ada",
    reach: async (page) => {
      await person(page);
      await press(page, "Lock out");
      await page.getByText("Lock out Ben Okafor?").waitFor();
    },
  },
  "a person who does not exist": {
    person: "ada",
    reach: async (page, service) => {
      await page.goto(`${service.origin}/#/people/nobody`);
      await page.getByRole("heading", { name: "does not exist" }).waitFor();
    },
  },
  gates: {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await page.getByRole("link", { name: "Main gate" }).waitFor();
    },
  },
  "a gate for administrators": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await page.getByRole("link", { name: "Main gate" }).click();
      await page.getByText("-61 dBm").waitFor();
    },
  },
  "a gate with a contact, for administrators": {
    person: "ada",
    prepare: (service) => {
      const gate = { state: "left-open", since: Date.now() } as const;
      const { box, ...view } = adminGate("main", "Main gate");
      service.adminGates.set("main", { ...view, box: { ...box, gate } });
      service.gateEvents.set("main", [{ event: "left-open", at: Date.now() }]);
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await page.getByRole("link", { name: "Main gate" }).click();
      await page.getByRole("heading", { name: "What the contact at the gate has shown" }).waitFor();
      await page.getByText("The gate has been left open").waitFor();
    },
  },
  "a gate that its box does not have, for administrators": {
    person: "ada",
    prepare: (service) => {
      const { box, ...view } = adminGate("main", "Main gate");
      const gates = [
        { name: "inner", gate: null },
        { name: "outer", gate: null },
      ];
      const missing = { output: "yard", isAtBox: false };
      service.adminGates.set("main", { ...view, ...missing, box: { ...box, gates } });
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await page.getByText("The box has no such gate").waitFor();
      await page.getByRole("link", { name: "Main gate" }).click();
      await page.getByText("box-main/yard · Europe/Berlin").waitFor();
      await page.getByText("The settings of the box name no gate “yard”").waitFor();
      await page.getByText("inner, outer").waitFor();
    },
  },
  "boxes without a gate": {
    person: "ada",
    prepare: (service) => {
      const box = { state: "online", lastSeenAt: Date.now(), firmware: "0.1.0" } as const;
      service.newBoxes = [
        { ...box, thingName: "lot-8", gates: [] },
        { ...box, thingName: "lot-9", gates: ["inner", "outer"] },
      ];
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await press(page, "Add “outer”: lot-9/outer");
      await page.getByLabel("Short name").waitFor();
    },
  },
  "a gate that is perhaps deleted": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await page.getByRole("link", { name: "Main gate" }).click();
      await press(page, "Delete");
      await page.getByText("Delete Main gate for good?").waitFor();
    },
  },
  "the record of changes": {
    person: "ada",
    prepare: (service) => {
      const person = { id: "ben", name: "Ben Okafor" };
      const common = { at: Date.now(), by: "person", author: person, gate: null } as const;
      service.changes = (["added", "changed", "removed"] as const).map((action) => ({
        ...{ ...common, id: action, subject: "person", subjectId: "ben", action, person },
        fields: [{ field: "name", from: "Ben", to: "Ben Okafor" }],
      }));
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "History" }).click();
      await page.getByRole("link", { name: "Changes" }).click();
      await page.getByText("name: Ben → Ben Okafor").first().waitFor();
    },
  },
  "one's own passkeys": {
    person: "ben",
    prepare: (service) => {
      const old = { ...ownPasskey("2", ""), isCurrent: false, isUsable: false };
      service.ownPasskeys = { passkeys: [ownPasskey("1", "My phone"), old], hasOidc: false };
    },
    reach: async (page) => {
      await page.getByRole("link", { name: "Ben Okafor", exact: true }).click();
      await press(page, "Rename Passkey without a name");
      await press(page, "Remove My phone");
      await page.getByText("It is your only way to sign in.").waitFor();
    },
  },
  "the form for a passkey": {
    person: "ben",
    reach: async (page) => {
      await page.getByRole("link", { name: "Ben Okafor", exact: true }).click();
      await press(page, "Add a passkey");
      await press(page, "Create a passkey");
      await page.getByText("Fill in this field.").waitFor();
    },
  },
  "the form for a gate": {
    person: "ada",
    reach: async (page) => {
      await page.getByRole("link", { name: "Gates" }).click();
      await press(page, "Add a gate");
      await page.getByLabel("Short name").waitFor();
    },
  },
};

const modes = {
  "on a phone, light": [phone.viewport, { colorScheme: "light" }],
  "on a phone, dark, without motion": [
    phone.viewport,
    { colorScheme: "dark", reducedMotion: "reduce" },
  ],
  "on a phone, in forced colors": [phone.viewport, { forcedColors: "active" }],
  "on a desktop, light": [desktop.viewport, { forcedColors: "none", colorScheme: "light" }],
  "on a desktop, dark": [desktop.viewport, { colorScheme: "dark" }],
} as const;

describe("every state of the page passes axe-core", function () {
  this.timeout(30_000);
  const rig = pageRig();

  for (const [name, { person: who, prepare, reach }] of Object.entries(states)) {
    it(`${name}, in every mode`, async () => {
      const { service } = rig;
      service.contact = "Front desk, 030 1234";
      service.people.set("ben", { ...newPerson("ben", "Ben Okafor"), passkeys: 1 });
      service.adminGates.set("main", adminGate("main", "Main gate"));
      service.grants.set("1", {
        id: "1",
        person: "ben",
        gate: "main",
        days: [1, 2, 3, 4, 5],
        fromMinute: 360,
        toMinute: 1_200,
        startsAt: null,
        endsAt: null,
        onHolidays: true,
      });
      service.history = (["opened", "refused", "unanswered", "sent"] as const).map((state) => ({
        ...request("main", state, { state, reason: state === "refused" ? "cooldown" : null }),
        person: { id: "ben", name: "Ben Okafor", isAdministrator: false },
        guest: null,
        gateName: "Main gate",
        address: "192.0.2.1",
        sentAt: null,
        endedAt: null,
        via: null,
      }));
      service.otherCommands = [
        otherCommand({ by: null }),
        otherCommand({ by: "button" }),
        otherCommand({ gateName: null, output: "inner" }),
        otherCommand({ by: "cron", outcome: "refused", reason: "busy", pulseMs: null }),
      ];
      prepare?.(service);
      const page = await rig.open(who);
      await reach(page, service);
      for (const [mode, [viewport, media]] of Object.entries(modes)) {
        await page.setViewportSize(viewport);
        await page.emulateMedia(media);
        assert.deepEqual(await axeViolations(page), [], mode);
      }
    });
  }
});
