import assert from "node:assert/strict";
import sinon from "sinon";
import type { Timer } from "../hal.ts";
import { createResolve, type NativeResolve } from "./resolve.ts";

const timer: Timer = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

describe("name resolution on Moddable", () => {
  let virtual: sinon.SinonFakeTimers;
  beforeEach(() => {
    virtual = sinon.useFakeTimers();
  });
  afterEach(() => virtual.restore());

  function resolve(host: string, native: NativeResolve): (string | undefined)[] {
    const found: (string | undefined)[] = [];
    createResolve(native, timer)(host, (address) => found.push(address));
    assert.deepEqual(found, [], "on a later turn");
    virtual.tick(10);
    return found;
  }
  const never: NativeResolve = () => assert.fail("no query is needed");

  it("queries the network", () => {
    const native: NativeResolve = (host, callback) =>
      setTimeout(() => callback(host, host === "broker.test" ? "10.1.2.3" : undefined), 3);
    assert.deepEqual(resolve("broker.test", native), ["10.1.2.3"]);
    assert.deepEqual(resolve("nowhere.test", native), [undefined]);
  });

  it("does not query for an address or for localhost", () => {
    assert.deepEqual(resolve("192.168.0.255", never), ["192.168.0.255"]);
    assert.deepEqual(resolve("localhost", never), ["127.0.0.1"]);
  });

  it("queries names that only look like an address", () => {
    for (const host of ["1.2.3", "1.2.3.256", "1.2.3.x"]) {
      const native: NativeResolve = (_host, callback) =>
        setTimeout(() => callback(host, undefined));
      assert.deepEqual(resolve(host, native), [undefined]);
    }
  });

  it("finds nothing if there is no resolver", () => {
    const broken: NativeResolve = () => {
      throw new Error("no resolver");
    };
    assert.deepEqual(resolve("broker.test", broken), [undefined]);
  });
});
