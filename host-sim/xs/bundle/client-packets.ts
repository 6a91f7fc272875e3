import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Plugin, transform } from "esbuild";

/** What a server does not send to an MQTT 3.1.1 client, and what only MQTT 5 needs. */
const packets = "Connect|Subscribe|Unsubscribe|Unsuback|Disconnect|Auth";
const fields = "Properties|ByType|StringPair|4ByteNum|Byte|Buffer";

/**
 * Each entry removes lines from a file of mqtt-packet. The packages' formatting is expected (JavaScript
 * Standard Style); where it differs, more remains, and nothing breaks.
 */
const removals: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  "parser.js": [
    // With arguments, the calls are a twentieth of the compiled size, and the output is discarded.
    [/^ *debug\(.*\)$/gm, ""],
    [/(?:this\.settings|packet)\.protocolVersion === 5/g, "false"],
    [new RegExp(`^ *this\\._parse(?:${packets})\\(\\)$`, "gm"), ""],
    [
      new RegExp(`^ {2}_parse(?:${packets}|${fields}) \\(.*\\) \\{\\n(?:.*\\n)*? {2}\\}$`, "gm"),
      "",
    ],
  ],
  "constants.js": [
    [/^protocol\.(?:propert\w+|ACKS|EMPTY|MQTT5_\w+) = \{\n(?:.*\n)*?\}$/gm, ""],
    [/^protocol\.propertiesCodes = \{\}$/gm, ""],
    [/^for \(const prop in protocol\.properties\) \{\n(?:.*\n)*?\}$/gm, ""],
    // The headers are for writing, which mqtt/encode.ts does.
    [/^function genHeader \(type\) \{\n(?:.*\n)*?\}$/gm, ""],
    [/^protocol\.\w+ = genHeader\(.*\)$/gm, ""],
    [/^protocol\.(?:\w+_HEADER|VERSION\d+|SUBSCRIBE_OPTIONS_\w+) = .*$/gm, ""],
    [/^protocol\.QOS = \[0, 1, 2\]\.map\(qos => \{\n(?:.*\n)*?\}\)$/gm, ""],
  ],
};

/**
 * Removes what a box does not need from mqtt-packet. A packet that a server must not send then arrives
 * without its fields, and the codec refuses it by its type, as before. A test that plays the broker gets a copy of the whole
 * package.
 */
export const clientPackets: Plugin = {
  name: "client-packets",
  setup(build) {
    build.onLoad({ filter: /[\\/]mqtt-packet[\\/]\w+\.js$/ }, async ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [pattern, replacement] of removals[basename(path)] ?? []) {
        // The line breaks remain, so that positions match the original.
        contents = contents.replace(pattern, (found) => {
          return replacement + "\n".repeat(found.split("\n").length - 1);
        });
      }
      const { code } = await transform(contents, {
        minifySyntax: true,
        sourcemap: "inline",
        sourcefile: basename(path),
        charset: "utf8",
      });
      return { contents: code };
    });
  },
};
