import type { ComponentChildren, TargetedSubmitEvent } from "preact";
import { useId, useState } from "preact/hooks";
import type { Answer } from "../io/service.ts";
import { messageOf } from "./loaded.tsx";

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly children: (attributes: { id: string; "aria-describedby"?: string }) => ComponentChildren;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(hint !== undefined && { "aria-describedby": `${id}-hint` }) })}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface FormProps<T> {
  readonly submit: string;
  readonly cancel: string;
  /** @returns a sentence that says what is wrong in the form, or the answer of the service */
  readonly onSubmit: (data: FormData) => string | Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

export function Form<T>({ submit, cancel, onSubmit, onDone, onCancel, children }: FormProps<T>) {
  const [notice, setNotice] = useState("");
  const [isBusy, setBusy] = useState(false);
  async function onFormSubmit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    const result = onSubmit(new FormData(event.currentTarget));
    if (typeof result === "string") {
      setNotice(result);
      return;
    }
    setBusy(true);
    const answer = await result;
    setBusy(false);
    if (answer.type === "ok") onDone(answer.value);
    else setNotice(messageOf(answer));
  }
  return (
    <form class="card" onSubmit={onFormSubmit}>
      {children}
      <p class="notice" role="alert">
        {notice}
      </p>
      <div class="row">
        <button type="button" onClick={onCancel}>
          {cancel}
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          {submit}
        </button>
      </div>
    </form>
  );
}

interface ActionProps<T> {
  readonly label: string;
  readonly name?: string;
  readonly kind?: string;
  readonly onPress: () => Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
}

/** A button that calls the service. An error is shown beside it. */
export function Action<T>({ label, name, kind, onPress, onDone }: ActionProps<T>) {
  const [notice, setNotice] = useState("");
  const [isBusy, setBusy] = useState(false);
  async function press(): Promise<void> {
    setBusy(true);
    const answer = await onPress();
    setBusy(false);
    setNotice(answer.type === "ok" ? "" : messageOf(answer));
    if (answer.type === "ok") onDone(answer.value);
  }
  return (
    <>
      <button
        type="button"
        class={kind ?? ""}
        disabled={isBusy}
        onClick={press}
        {...(name !== undefined && { "aria-label": name })}
      >
        {label}
      </button>
      {notice !== "" && (
        <span class="notice" role="alert">
          {notice}
        </span>
      )}
    </>
  );
}

/** The trimmed text of a field; "" when the field is absent. */
export function text(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value.trim() : "";
}
