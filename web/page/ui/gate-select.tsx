import type { GateView } from "../../api.ts";
import { words } from "../../words/page.ts";
import { Field } from "./field.tsx";

export interface GateChoiceProps {
  readonly gates: readonly GateView[];
  /** null: none, because the selected gate is gone */
  readonly selected: string | null;
  readonly onSelect: (gate: string) => void;
}

/** The choice among many gates. */
export function GateSelect({ gates, selected, onSelect }: GateChoiceProps) {
  return (
    <Field label={words.control.choose} name="gate">
      {(its) => (
        <select
          value={selected ?? ""}
          onChange={(event) => onSelect(event.currentTarget.value)}
          {...its}
        >
          {selected === null && <option value="">{words.control.notChosen}</option>}
          {gates.map(({ id, name, box }) => (
            <option key={id} value={id}>
              {words.control.choice(name, words.boxes[box])}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
