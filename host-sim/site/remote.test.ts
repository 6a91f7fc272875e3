import assert from "node:assert/strict";
import sinon from "sinon";
import { RecordedPin } from "../hardware/pin.ts";
import { Remote } from "./remote.ts";

describe("the remote", () => {
  let time: sinon.SinonFakeTimers;
  let transmissions: number;
  let remote: Remote;
  let pin: RecordedPin;

  beforeEach(() => {
    time = sinon.useFakeTimers();
    transmissions = 0;
    remote = new Remote(() => transmissions++);
    pin = new RecordedPin(5);
    pin.onEdge = (edge) => remote.handleEdge(edge);
  });

  afterEach(() => time.restore());

  it("sends its code once its button has been held for 100 ms", () => {
    pin.write(1);
    time.tick(99);
    assert.equal(transmissions, 0);
    time.tick(1);
    assert.equal(transmissions, 1);
  });

  it("sends it once, however long the button is held", () => {
    pin.write(1);
    time.tick(60_000);
    assert.equal(transmissions, 1);
    pin.write(0);
    time.tick(60_000);
    assert.equal(transmissions, 1);
  });

  it("ignores a press that is too short, such as a glitch at boot", () => {
    for (let i = 0; i < 5; i++) {
      pin.write(1);
      time.tick(99);
      pin.write(0);
      time.tick(1);
    }
    time.tick(1_000);
    assert.equal(transmissions, 0);
  });

  it("sends again with every further press", () => {
    for (let i = 0; i < 3; i++) {
      pin.write(1);
      time.tick(500);
      pin.write(0);
      time.tick(500);
    }
    assert.equal(transmissions, 3);
  });

  it("sends nothing without its battery", () => {
    pin.write(1);
    time.tick(50);
    remote.powerOff();
    time.tick(1_000);
    assert.equal(transmissions, 0);
    assert.equal(time.countTimers(), 0);
  });
});
