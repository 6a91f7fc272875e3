import { useState } from "preact/hooks";
import type { AdminGateView } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import type { Administration, KnownGates } from "../io/administration.ts";
import { choiceOf, findGates } from "./choices.ts";
import { Field } from "./field.tsx";
import { type Choice, Picker } from "./picker.tsx";

const said = administration.grants;

interface GateFieldProps {
  readonly known: KnownGates;
  readonly gate: AdminGateView;
  readonly service: Administration;
  readonly onChange: (gate: AdminGateView) => void;
}

/** Chooses one gate: from a list when there are few, otherwise by a search. */
export function GateField({ known, gate, service, onChange }: GateFieldProps) {
  if (!known.isAll) {
    return (
      <Picker
        label={said.gate}
        name="gate"
        hint={administration.many.search}
        most={1}
        chosen={[choiceOf(gate)]}
        onChange={async ([choice]) => {
          // A form is always about one gate, so the last one cannot be removed.
          const answer = choice === undefined ? undefined : await service.gate(choice.id);
          if (answer?.type === "ok") onChange(answer.value);
        }}
        find={async (text) => (text === "" ? [] : (await findGates(service, text)).map(choiceOf))}
      />
    );
  }
  return (
    <Field label={said.gate} name="gate">
      {(its) => (
        <select
          value={gate.id}
          onChange={({ currentTarget }) => {
            const chosen = known.gates.find(({ id }) => id === currentTarget.value);
            if (chosen !== undefined) onChange(chosen);
          }}
          {...its}
        >
          {known.gates.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface OptionalGateProps {
  readonly label: string;
  readonly name: string;
  /** the word for no choice */
  readonly all: string;
  readonly known: KnownGates;
  readonly service: Administration;
  /** empty: all gates */
  readonly gateId?: string;
  readonly onChange?: (id: string) => void;
}

/** Chooses one gate or all of them. The form reads its id, or an empty text. */
export function OptionalGate(props: OptionalGateProps) {
  const { label, name, all, known, service, gateId = "", onChange } = props;
  const [chosen, setChosen] = useState<readonly Choice[]>(() =>
    known.gates.filter(({ id }) => id === gateId).map(choiceOf),
  );
  const choose = (choices: readonly Choice[]) => {
    setChosen(choices);
    onChange?.(choices[0]?.id ?? "");
  };
  const id = chosen[0]?.id ?? "";
  if (!known.isAll) {
    return (
      <>
        <Picker
          label={label}
          name={`${name}-search`}
          hint={all}
          most={1}
          chosen={chosen}
          onChange={choose}
          find={async (text) => (text === "" ? [] : (await findGates(service, text)).map(choiceOf))}
        />
        <input type="hidden" name={name} value={id} />
      </>
    );
  }
  return (
    <Field label={label} name={name}>
      {(its) => (
        <select
          value={id}
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            choose(known.gates.filter((gate) => gate.id === value).map(choiceOf));
          }}
          {...its}
        >
          <option value="">{all}</option>
          {known.gates.map((gate) => (
            <option key={gate.id} value={gate.id}>
              {gate.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
