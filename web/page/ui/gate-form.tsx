import { useEffect, useState } from "preact/hooks";
import type { AdminGateView } from "../../api.ts";
import { longestGateName } from "../../input-limits.ts";
import { administration } from "../../words/administration.ts";
import type { Administration } from "../io/administration.ts";
import { Field } from "./field.tsx";
import { Form } from "./form.tsx";
import type { GatePlace } from "./new-boxes.tsx";

const said = administration.gates;

interface GateFormProps {
  /** null: a new gate */
  readonly gate: AdminGateView | null;
  /** is entered at first; null: nothing */
  readonly place: GatePlace | null;
  readonly service: Administration;
  readonly onDone: (gate: AdminGateView) => void;
  readonly onCancel: () => void;
}

export function GateForm({ gate, place, service, onDone, onCancel }: GateFormProps) {
  const [thing, setThing] = useState(place?.thingName ?? "");
  const [outputs, setOutputs] = useState<readonly string[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void namesAt(service, thing).then((names) => isCurrent && setOutputs(names));
    return () => {
      isCurrent = false;
    };
  }, [thing]);
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Form
      submit={said.save}
      onCancel={onCancel}
      onDone={onDone}
      read={(fields) => ({
        name: fields.line("name", longestGateName),
        ...(gate === null && { id: fields.gateId("id") }),
        thingName: fields.thingName("thing"),
        output: fields.output("output"),
        timeZone: fields.timeZone("zone"),
      })}
      send={(body) => (gate === null ? service.addGate(body) : service.changeGate(gate.id, body))}
    >
      <Field label={said.name} name="name">
        {(its) => <input required defaultValue={gate?.name ?? ""} {...its} />}
      </Field>
      {gate === null && (
        <Field label={said.id} name="id" hint={said.idHint}>
          {(its) => <input required autoCapitalize="none" {...its} />}
        </Field>
      )}
      <Field label={said.thing} name="thing">
        {(its) => (
          <input
            required
            autoCapitalize="none"
            defaultValue={place?.thingName ?? ""}
            onInput={({ currentTarget }) => setThing(currentTarget.value.trim())}
            {...its}
          />
        )}
      </Field>
      <Field label={said.output} name="output" hint={said.outputHint}>
        {(its) => (
          <>
            <input
              list="outputs"
              autoCapitalize="none"
              defaultValue={place?.output ?? ""}
              {...its}
            />
            <datalist id="outputs">
              {outputs.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={said.zone} name="zone">
        {(its) => (
          <>
            <input required list="zones" defaultValue={gate?.timeZone ?? ownZone} {...its} />
            <datalist id="zones">
              {Intl.supportedValuesOf("timeZone").map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </Form>
  );
}

/** The names of the gates at this box, as far as the box of a known gate has told them. */
async function namesAt(service: Administration, thing: string): Promise<readonly string[]> {
  const search = thing.slice(0, longestGateName);
  if (search === "") return [];
  const answer = await service.gates({ search, sort: "box", limit: 200 });
  if (answer.type !== "ok") return [];
  const known = answer.value.gates.find(({ thingName }) => thingName === thing);
  return known?.box.gates?.map(({ name }) => name) ?? [];
}
