import type { StatusReport } from "../../device/messages/status.ts";
import { defaultPrefix, topicsOf } from "../../device/messages/topics.ts";
import { boxEntities, gateEntities, gatesIn } from "./entities.ts";

export interface DiscoveryOptions {
  readonly thing: string;
  /** first part of the box's topics */
  readonly prefix: string;
  /** first part of Home Assistant's own topics, `homeassistant` unless it was changed there */
  readonly discoveryPrefix: string;
  /** the name of the device in Home Assistant */
  readonly name: string;
  /** the last status of the box: which gates it has, and what it can report */
  readonly report: StatusReport;
}

/** A retained message, from which Home Assistant makes a device with all its entities. */
export interface DiscoveryMessage {
  readonly topic: string;
  readonly payload: string;
}

/**
 * Describes a box for Home Assistant 2024.11 or newer (its documentation: MQTT, "Device discovery payload"). It
 * needs one message for each box.
 */
export function discoveryMessage(options: DiscoveryOptions): DiscoveryMessage {
  const { thing, prefix, name, report } = options;
  const id = deviceId(options);
  const components = {
    ...Object.assign({}, ...gatesIn(report).map((gate) => gateEntities(prefix, thing, gate))),
    ...boxEntities(prefix, thing, report),
  };
  const payload = {
    device: {
      identifiers: [id],
      name,
      manufacturer: "Boom Box",
      model: "Gate opener",
      sw_version: report.firmware,
    },
    origin: { name: "boom-box", sw_version: report.firmware },
    availability: [
      {
        topic: topicsOf(prefix, thing).status,
        value_template: "{{ value_json.state }}",
        payload_available: "online",
        payload_not_available: "offline",
      },
    ],
    components: Object.fromEntries(
      Object.entries(components).map(([key, entity]) => [
        key,
        { unique_id: `${id}_${key}`, ...(entity as object) },
      ]),
    ),
  };
  return { topic: discoveryTopic(options), payload: JSON.stringify(payload) };
}

/** An empty retained message there removes the device. */
export function discoveryTopic(
  options: Pick<DiscoveryOptions, "thing" | "prefix" | "discoveryPrefix">,
): string {
  return `${options.discoveryPrefix}/device/${deviceId(options)}/config`;
}

/** Letters, digits, `_` and `-`, as Home Assistant allows; other characters become `_` and their code. */
function deviceId({ thing, prefix }: Pick<DiscoveryOptions, "thing" | "prefix">): string {
  const words = prefix === defaultPrefix ? [thing] : [prefix, thing];
  const plain = (text: string) =>
    text.replace(/[^A-Za-z0-9-]/g, (unit) => `_${unit.charCodeAt(0).toString(16)}`);
  return ["boom-box", ...words.map(plain)].join("_");
}
