import { type ComponentChildren, createContext } from "preact";
import { useContext, useId } from "preact/hooks";

/** A sentence for each field that is wrong, by name. */
export type FieldProblems = ReadonlyMap<string, string>;
export const FieldProblems = createContext<FieldProblems>(new Map());

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly children: (attributes: {
    id: string;
    name: string;
    "aria-describedby"?: string;
    "aria-invalid"?: "true";
  }) => ComponentChildren;
}

export function Field({ label, name, hint, children }: FieldProps) {
  const id = useId();
  const problem = useContext(FieldProblems).get(name);
  const described = [
    ...(problem === undefined ? [] : [`${id}-problem`]),
    ...(hint === undefined ? [] : [`${id}-hint`]),
  ];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        ...(described.length > 0 && { "aria-describedby": described.join(" ") }),
        ...(problem !== undefined && { "aria-invalid": "true" as const }),
      })}
      <FieldProblem id={`${id}-problem`} problem={problem} />
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FieldSetProps {
  readonly legend: string;
  readonly name: string;
  readonly children: ComponentChildren;
}

/** Checkboxes that belong together. */
export function FieldSet({ legend, name, children }: FieldSetProps) {
  const id = useId();
  const problem = useContext(FieldProblems).get(name);
  return (
    <fieldset {...(problem !== undefined && { "aria-describedby": `${id}-problem` })}>
      <legend>{legend}</legend>
      {children}
      <FieldProblem id={`${id}-problem`} problem={problem} />
    </fieldset>
  );
}

function FieldProblem({
  id,
  problem,
}: {
  readonly id: string;
  readonly problem?: string | undefined;
}) {
  if (problem === undefined) return null;
  return (
    <p class="notice" id={id}>
      {problem}
    </p>
  );
}
