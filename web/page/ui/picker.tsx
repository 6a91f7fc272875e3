import { useEffect, useRef, useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";
import { Field } from "./field.tsx";

const said = administration.picker;

/** A person or a gate that can be chosen. */
export interface Choice {
  readonly id: string;
  readonly name: string;
  /** tells two of the same name apart */
  readonly detail: string;
}

interface PickerProps {
  readonly label: string;
  /** of the field, for its problems */
  readonly name: string;
  readonly hint?: string;
  readonly most: number;
  readonly chosen: readonly Choice[];
  readonly onChange: (chosen: readonly Choice[]) => void;
  /** the first few that contain the text */
  readonly find: (text: string) => Promise<readonly Choice[]>;
}

/** Chooses some of many people or gates by a search. */
export function Picker({ label, name, hint, most, chosen, onChange, find }: PickerProps) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly Choice[]>([]);
  const asked = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    asked.current += 1;
    const turn = asked.current;
    void find(text).then((choices) => {
      // Meanwhile something else was typed.
      if (turn === asked.current) setFound(choices);
    });
  }, [text]);
  const offered = found.filter(({ id }) => !chosen.some((each) => each.id === id));
  function choose(choice: Choice): void {
    onChange([...chosen, choice].slice(-most));
    setText("");
    input.current?.focus();
  }
  return (
    <div class="picker">
      <Field label={label} name={name} {...(hint !== undefined && { hint })}>
        {(its) => (
          <input
            ref={input}
            type="search"
            autoComplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              // Enter chooses, and does not send the form.
              if (event.key !== "Enter") return;
              event.preventDefault();
              const [first] = offered;
              if (text !== "" && first !== undefined) choose(first);
            }}
            {...its}
          />
        )}
      </Field>
      <p class="hint" role="status">
        {text !== "" && said.found(offered.length)}
      </p>
      {offered.length > 0 && (
        <ul class="choices">
          {offered.map((choice) => (
            <li key={choice.id}>
              <button type="button" class="quiet" onClick={() => choose(choice)}>
                {said.choose(choice.name)} <span class="hint">{choice.detail}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen.length > 0 && (
        <ul class="choices" aria-label={said.chosen}>
          {chosen.map(({ id, name: itsName, detail }) => (
            <li key={id}>
              <button
                type="button"
                aria-label={said.removeName(`${itsName} ${detail}`.trim())}
                onClick={() => {
                  onChange(chosen.filter((each) => each.id !== id));
                  input.current?.focus();
                }}
              >
                <strong>{itsName}</strong> <span class="hint">{detail}</span> {said.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
