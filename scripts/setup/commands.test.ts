import fc from "fast-check";
import { onePort, sessionWith, workplace } from "./setup.rig.ts";
import { type SetupCommand, stepNames } from "./view.ts";

const text = fc.string({ maxLength: 70 });
const number = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1_000_000 }));
const file = fc.record({ name: text, content: fc.base64String({ maxLength: 60 }) });
const always = <T extends string>(type: T) => fc.constant({ type });

/** Everything that a page may send, except for what talks to AWS or starts a stand-in. */
const command: fc.Arbitrary<SetupCommand> = fc.oneof(
  always("refresh-ports"),
  fc.record({ type: fc.constant("choose-port" as const), path: text }),
  always("use-browser-port"),
  always("write-firmware"),
  always("keep-firmware"),
  fc.record({
    type: fc.constant("name" as const),
    thing: fc.oneof(text, fc.constant("lot-7")),
    pin: number,
    pulseMs: number,
    ledPin: fc.option(number),
  }),
  always("scan"),
  fc.record({ type: fc.constant("join" as const), SSID: text, password: text }),
  fc.record({
    type: fc.constant("certificate" as const),
    choice: fc.record({
      source: fc.constant("files" as const),
      endpoint: fc.oneof(text, fc.constant("broker.example")),
      port: number,
      ca: file,
      certificate: file,
      key: file,
      isKept: fc.boolean(),
    }),
  }),
  always("write-box"),
  always("open"),
  always("finish"),
  always("cancel"),
  fc.record({ type: fc.constant("go" as const), step: fc.constantFrom(...stepNames) }),
);

describe("a setup session that has no board", () => {
  let place: Awaited<ReturnType<typeof workplace>>;

  before(async () => {
    place = await workplace();
  });
  after(() => place.remove());

  it("takes any commands in any order: each succeeds, or has a failure for the person", async () => {
    const { session } = sessionWith({
      ...place,
      standInHost: undefined,
      ports: onePort("/dev/ttyUSB0", () => ({
        name: "/dev/ttyUSB0",
        hasControlLines: true,
        dispose: async () => {},
        port: {
          readable: null,
          writable: null,
          open: () => Promise.reject(new DOMException("Failed to open.", "NetworkError")),
          close: async () => {},
          setSignals: async () => {},
          getInfo: () => ({}),
        },
      })),
    });
    await session.start();
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
        for (const each of commands) await session.dispatch(each);
        JSON.stringify(session.view);
      }),
    );
    await session.close();
  });
});
