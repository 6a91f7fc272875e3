import { useState } from "preact/hooks";
import type { NewGuestView } from "../../api.ts";
import {
  longestGuestDays,
  longestNote,
  longestPersonName,
  mostOpenings,
} from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { clockAt, timeOf } from "../model/hours.ts";
import { findPeople } from "./choices.ts";
import { Field } from "./field.tsx";
import type { Fields } from "./fields.ts";
import { Form } from "./form.tsx";
import { GateField } from "./gate-field.tsx";
import { type Choice, Picker } from "./picker.tsx";

const said = administration.guests;
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
/** At first, a link is valid from now on, for a working day. */
const usualMs = 8 * 3_600_000;

interface AddGuestProps {
  readonly service: Administration;
  readonly known: KnownGates;
  /** the gate that is selected at first; empty: the first one */
  readonly gateId: string;
  readonly onDone: (made: NewGuestView) => void;
  readonly onCancel: () => void;
}

export function AddGuest({ service, known, gateId, onDone, onCancel }: AddGuestProps) {
  const [gate, setGate] = useState(
    () => known.gates.find(({ id }) => id === gateId) ?? known.gates[0],
  );
  const [inviter, setInviter] = useState<readonly Choice[]>([]);
  const [now] = useState(() => Math.floor(Date.now() / minuteMs) * minuteMs);
  if (gate === undefined) return null;
  const { timeZone } = gate;
  return (
    <Form
      submit={said.add}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        gate: gate.id,
        name: fields.line("name", longestPersonName),
        note: fields.note("note", longestNote),
        ...timesIn(fields, timeZone),
        openings: fields.count("openings", mostOpenings),
        ...(inviter[0] !== undefined && { inviter: inviter[0].id }),
      })}
      send={service.addGuest}
    >
      <Field label={said.name} name="name" hint={said.nameHint}>
        {(its) => <input required autoComplete="off" maxLength={longestPersonName} {...its} />}
      </Field>
      <GateField known={known} gate={gate} service={service} onChange={setGate} />
      {/* The default times are those of the gate's clock. */}
      <div class="fields" key={timeZone}>
        <Field label={said.from} name="from">
          {(its) => (
            <input
              type="datetime-local"
              required
              defaultValue={localTime(now, timeZone)}
              {...its}
            />
          )}
        </Field>
        <Field label={said.until} name="until" hint={administration.grants.clock(timeZone)}>
          {(its) => (
            <input
              type="datetime-local"
              required
              defaultValue={localTime(now + usualMs, timeZone)}
              {...its}
            />
          )}
        </Field>
        <Field label={said.openings} name="openings" hint={said.openingsHint}>
          {(its) => (
            <input type="number" required min={1} max={mostOpenings} defaultValue="1" {...its} />
          )}
        </Field>
      </div>
      <Picker
        label={said.inviter}
        name="inviter"
        hint={said.inviterHint}
        most={1}
        chosen={inviter}
        onChange={setInviter}
        find={(text) => (text === "" ? Promise.resolve([]) : findPeople(service, text))}
      />
      <Field label={said.note} name="note" hint={said.noteHint}>
        {(its) => <input autoComplete="off" maxLength={longestNote} {...its} />}
      </Field>
    </Form>
  );
}

function timesIn(fields: Fields, timeZone: string) {
  const startsAt = fields.moment("from", timeZone);
  const endsAt = fields.moment("until", timeZone);
  if (endsAt <= startsAt) fields.refuse("until", said.untilTooEarly);
  else if (endsAt <= Date.now()) fields.refuse("until", said.untilIsOver);
  else if (endsAt - startsAt > longestGuestDays * dayMs) {
    fields.refuse("until", said.tooLong(longestGuestDays));
  }
  return { startsAt, endsAt };
}

/** "2026-11-28T08:30" */
function localTime(at: number, timeZone: string): string {
  const { date, minute } = clockAt(at, timeZone);
  return `${date}T${timeOf(minute)}`;
}
