import {
  type ComponentChildren,
  createContext,
  type TargetedInputEvent,
  type TargetedSubmitEvent,
} from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import type { Answer } from "../io/service.ts";
import { Fields } from "./fields.ts";
import { messageOf } from "./loaded.tsx";

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

interface FormProps<B, T> {
  readonly submit: string;
  readonly cancel: string;
  /** Nothing is sent when it refuses a field. */
  readonly read: (fields: Fields) => B;
  readonly send: (body: B) => Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

export function Form<B, T>(props: FormProps<B, T>) {
  const { submit, cancel, read, send, onDone, onCancel, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [notice, setNotice] = useState("");
  const [problems, setProblems] = useState<FieldProblems>(new Map());
  /** counts the attempts that were refused, because each moves the focus */
  const [refusals, setRefusals] = useState(0);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, []);
  useEffect(() => {
    const [first] = problems.keys();
    if (first !== undefined) fieldOf(form.current, first)?.focus();
  }, [refusals]);

  async function onSubmit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    const fields = new Fields(event.currentTarget);
    const body = read(fields);
    setNotice("");
    setProblems(fields.problems);
    if (fields.problems.size > 0) {
      setRefusals(refusals + 1);
      return;
    }
    setBusy(true);
    const answer = await send(body);
    setBusy(false);
    if (answer.type === "ok") onDone(answer.value);
    else setNotice(messageOf(answer));
  }

  function onInput({ target }: TargetedInputEvent<HTMLFormElement>): void {
    const name = target instanceof Element ? target.getAttribute("name") : null;
    if (name === null || !problems.has(name)) return;
    setProblems(new Map([...problems].filter(([other]) => other !== name)));
  }

  return (
    <FieldProblems.Provider value={problems}>
      <form ref={form} class="card" noValidate onSubmit={onSubmit} onInput={onInput}>
        {children}
        <p class="notice" role="alert">
          {notice}
        </p>
        <div class="row">
          <button type="button" onClick={onCancel}>
            {cancel}
          </button>
          <button type="submit" class="primary" aria-disabled={isBusy}>
            {submit}
          </button>
        </div>
      </form>
    </FieldProblems.Provider>
  );
}

function fieldOf(form: HTMLFormElement | null, name: string): HTMLElement | null {
  return form?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`) ?? null;
}
