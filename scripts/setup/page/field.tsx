import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Failure } from "../view.ts";

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly failure: Failure | null;
  readonly children: (attributes: {
    id: string;
    name: string;
    "aria-describedby"?: string;
    "aria-invalid"?: "true";
  }) => ComponentChildren;
}

/** An input with its label, and the failure that is about it. */
export function Field({ label, name, hint, failure, children }: FieldProps) {
  const id = useId();
  const problem = failure?.field === name ? failure : undefined;
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
      {problem !== undefined && (
        <p class="notice bad" role="alert" id={`${id}-problem`}>
          <strong>{problem.cause}</strong> {problem.wayOut}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
