import assert from "node:assert/strict";
import { SettingReader } from "../setting-reader.ts";
import { readLinkSettings } from "./link-settings.ts";

describe("the settings of AWS's endpoint", () => {
  const read = (settings: Readonly<Record<string, string>>) => {
    const environment = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [`BOOM_BOX_WEB_${name}`, value]),
    );
    const reader = new SettingReader({ environment, readFile: () => "" });
    return { link: readLinkSettings(reader), problems: reader.problems };
  };

  for (const [endpoint, region] of [
    ["abc123-ats.iot.eu-central-1.amazonaws.com", "eu-central-1"],
    ["abc123-ats.iot.cn-north-1.amazonaws.com.cn", "cn-north-1"],
    ["abc123-ats.iot.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"],
    ["abc123-ats.iot.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"],
  ] as const) {
    it(`contain the region of ${endpoint}`, () => {
      const { link, problems } = read({ AWS_ENDPOINT: endpoint });
      assert.deepEqual(problems, []);
      assert.ok(link?.type === "aws");
      assert.equal(link.region, region);
    });
  }

  it("need a region when the endpoint does not contain it", () => {
    assert.match(
      read({ AWS_ENDPOINT: "mqtt.example.com" }).problems.join(),
      /AWS_REGION must be set/,
    );
    assert.match(
      read({ AWS_ENDPOINT: "https://abc-ats.iot.eu-west-1.amazonaws.com" }).problems.join(),
      /AWS_ENDPOINT must be the data endpoint/,
    );
  });
});
