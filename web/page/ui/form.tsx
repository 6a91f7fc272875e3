import type { ComponentChildren, TargetedInputEvent, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";
import type { Answer } from "../io/service.ts";
import { FieldProblems } from "./field.tsx";
import { Fields } from "./fields.ts";
import { messageOf } from "./loaded.tsx";

interface FormProps<B, T> {
  readonly submit: string;
  /** Nothing is sent when it refuses a field. */
  readonly read: (fields: Fields) => B;
  readonly send: (body: B) => Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

export function Form<B, T>(props: FormProps<B, T>) {
  const { submit, read, send, onDone, onCancel, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [notice, setNotice] = useState("");
  const [problems, setProblems] = useState<FieldProblems>(new Map());
  /** counts the attempts that were refused, because each moves the focus */
  const [refusals, setRefusals] = useState(0);
  const [isBusy, setBusy] = useState(false);

  // Before the browser draws: later, the focus would be taken from a field that the person has gone to.
  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, []);
  useLayoutEffect(() => {
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
            {administration.cancel}
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
