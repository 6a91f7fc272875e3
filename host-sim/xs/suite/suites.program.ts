import mqttPacket from "mqtt-packet";
import { handleMessages } from "../program/handle.ts";
import { askHost, listeners } from "./host.fake.ts";
import { run } from "./mocha.fake.ts";
import { wake } from "./timers.fake.ts";

// The tests' own copy, which plays the peer: the firmware's is in the library.
mqttPacket.writeToStream.cacheNumbers = false;

Object.assign(listeners, {
  run() {
    void run((name, failure) => askHost("report", name, failure)).then(() => askHost("finished"));
  },
  wake,
});
handleMessages(listeners);
