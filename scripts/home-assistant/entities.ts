import { type GateState, gateEventNames, gateStates } from "../../device/messages/gate.ts";
import type { StatusReport } from "../../device/messages/status.ts";
import { gateTopicsOf, topicsOf } from "../../device/messages/topics.ts";
import type { UpdateStage } from "../../device/messages/update.ts";

/** An entity as Home Assistant's MQTT discovery describes it, with the long names of its options. */
export interface Entity extends Readonly<Record<string, unknown>> {
  /** the kind of entity, such as `button` */
  readonly platform: string;
  readonly name: string;
}

/** How long a press stays valid, in ms, as a command of the staff app: a late one would open the gate for nobody. */
const lifetimeMs = 10_000;
/** A random UUID. Home Assistant's templates have none, and a `range` has 100,000 numbers at most. */
const uuid = [2, 1, 1, 1, 3]
  .map((count) => "{{ '%04x' | format(range(65536) | random) }}".repeat(count))
  .join("-");

/** One gate of a box. */
export interface Gate {
  /** in the settings of the box; null: the box has one gate, without a name */
  readonly name: string | null;
  /** its last known state; undefined: it has no contact */
  readonly state: GateState | undefined;
}

/** @returns the gates that a box with this status has */
export function gatesIn({ gate, gates }: StatusReport): readonly Gate[] {
  if (gates === null) return [{ name: null, state: gate?.state }];
  return gates.map((each) => ({ name: each.name, state: each.gate?.state }));
}

/** What a person does with a gate, and sees of it. Keys are unique among the entities of a box. */
export function gateEntities(
  prefix: string,
  thing: string,
  { name, state }: Gate,
): Record<string, Entity> {
  const { command, event } = gateTopicsOf(prefix, thing, name ?? undefined);
  const { status } = topicsOf(prefix, thing);
  const key = (what: string) => (name === null ? what : `${what}_${name}`);
  const title = (what: string) => (name === null ? what : `${what}: ${name}`);
  const entities: Record<string, Entity> = {
    [key("open")]: {
      platform: "button",
      name: title("Open"),
      icon: "mdi:boom-gate-arrow-up",
      command_topic: command,
      command_template: commandTemplate,
      qos: 1,
      // A retained command would press the button at each reconnection. The box refuses it.
      retain: false,
    },
    [key("outcome")]: {
      platform: "event",
      name: title("Outcome"),
      icon: "mdi:boom-gate-alert",
      state_topic: event,
      event_types: eventTypes,
      value_template: eventTemplate,
      qos: 1,
    },
  };
  if (state === undefined) return entities;
  const path =
    name === null
      ? "value_json.get('gate')"
      : `((value_json.get('gates') or []) | selectattr('name', 'eq', '${name}') | map(attribute='gate') | list | last | default(none))`;
  entities[key("gate")] = {
    platform: "sensor",
    name: title("Gate"),
    icon: "mdi:boom-gate",
    device_class: "enum",
    options: gateStates,
    state_topic: status,
    value_template: `{% set gate = ${path} %}{{ gate.state if gate else none }}`,
  };
  return entities;
}

const commandTemplate = `{% set now_ms = (now().timestamp() * 1000) | int %}{"action":"open","id":"${uuid}","issuedAt":{{ now_ms }},"expiresAt":{{ now_ms + ${lifetimeMs} }},"by":"Home Assistant"}`;

const eventTypes = ["opened", "refused", ...gateEventNames];
/** Empty for what happened long ago (`delayedMs`), and for what is no event: Home Assistant ignores it then. */
const eventTemplate = `{% set type = value_json.get('gate') or value_json.get('outcome') %}{% if 'delayedMs' not in value_json and type in ${JSON.stringify(eventTypes).replaceAll('"', "'")} %}{{ {'event_type': type, 'reason': value_json.get('reason'), 'by': value_json.get('by'), 'id': value_json.get('id'), 'pulse_ms': value_json.get('pulseMs'), 'at': value_json.get('at')} | to_json }}{% endif %}`;

/** Stages of an update in which the box is at work. */
const working: readonly UpdateStage[] = ["downloading", "ready", "restarting", "trial"];

const timeOf = (field: string) =>
  `{% set ms = value_json.get('${field}') %}{{ as_datetime(ms / 1000).isoformat() if ms else none }}`;
const orNone = (field: string) => `{{ value_json.get('${field}') }}`;

/** What is known of a box, from its status. Those that few people look at are disabled at first. */
export function boxEntities(
  prefix: string,
  thing: string,
  report: StatusReport,
): Record<string, Entity> {
  const state_topic = topicsOf(prefix, thing).status;
  const diagnosis = { entity_category: "diagnostic", state_topic };
  const rare = { ...diagnosis, enabled_by_default: false };
  return {
    connection: {
      ...diagnosis,
      platform: "binary_sensor",
      name: "Connection",
      device_class: "connectivity",
      value_template: "{{ value_json.state }}",
      payload_on: "online",
      payload_off: "offline",
      // It says that the box is offline, and must not become unavailable then.
      availability: [],
    },
    last_opened: {
      ...diagnosis,
      platform: "sensor",
      name: "Last opened",
      device_class: "timestamp",
      value_template: timeOf("lastOpenedAt"),
    },
    certificate: {
      ...diagnosis,
      platform: "sensor",
      name: "Certificate expires",
      device_class: "timestamp",
      value_template: timeOf("certificateEndsAt"),
    },
    ...(report.rssi === null
      ? {}
      : {
          signal: {
            ...diagnosis,
            platform: "sensor",
            name: "Signal",
            device_class: "signal_strength",
            unit_of_measurement: "dBm",
            state_class: "measurement",
            value_template: orNone("rssi"),
          },
        }),
    restart_reason: {
      ...diagnosis,
      platform: "sensor",
      name: "Restart reason",
      value_template: orNone("resetReason"),
    },
    uptime: {
      ...rare,
      platform: "sensor",
      name: "Uptime",
      device_class: "duration",
      unit_of_measurement: "s",
      value_template: "{{ (value_json.get('uptimeMs', 0) / 1000) | int }}",
    },
    presses: {
      ...rare,
      platform: "sensor",
      name: "Button presses",
      state_class: "total_increasing",
      value_template: orNone("opened"),
    },
    refusals: {
      ...rare,
      platform: "sensor",
      name: "Refused commands",
      state_class: "total_increasing",
      value_template: orNone("refused"),
    },
    connections: {
      ...rare,
      platform: "sensor",
      name: "Connections",
      state_class: "total_increasing",
      value_template: orNone("connections"),
    },
    lost_events: {
      ...rare,
      platform: "sensor",
      name: "Lost events",
      state_class: "total_increasing",
      value_template: orNone("droppedEvents"),
    },
    address: {
      ...rare,
      platform: "sensor",
      name: "Address",
      value_template: orNone("address"),
    },
    firmware: {
      ...diagnosis,
      platform: "update",
      name: "Firmware",
      device_class: "firmware",
      value_template: `{% set update = value_json.get('update') or {} %}{{ {'installed_version': value_json.firmware, 'latest_version': update.version | default(value_json.firmware, true), 'in_progress': update.state | default('') in ${JSON.stringify(working).replaceAll('"', "'")}, 'update_percentage': update.progress if update.state | default('') == 'downloading' else none} | to_json }}`,
    },
  };
}
