import assert from "node:assert/strict";
import { addressKey } from "./address-key.ts";

describe("the rate limit key of an address", () => {
  it("is the IPv4 address itself, also when it is mapped into IPv6", () => {
    assert.equal(addressKey("192.0.2.7"), "192.0.2.7");
    assert.equal(addressKey("::ffff:192.0.2.7"), "192.0.2.7");
    assert.equal(addressKey("::ffff:c000:207"), "192.0.2.7");
  });

  it("is the first 64 bits of an IPv6 address", () => {
    for (const address of ["2001:db8:1:2::1", "2001:db8:1:2:ffff:0:0:9", "2001:DB8:1:2::%eth0"]) {
      assert.equal(addressKey(address), "2001:db8:1:2::/64", address);
    }
    assert.equal(addressKey("2001:db8::1"), "2001:db8:0:0::/64");
    assert.equal(addressKey("::1"), "0:0:0:0::/64");
    assert.equal(addressKey("fe80::1%eth0"), "fe80:0:0:0::/64");
  });

  it("is any other text itself", () => {
    assert.equal(addressKey("unknown"), "unknown");
    assert.equal(addressKey(""), "");
  });
});
