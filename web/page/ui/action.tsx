import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";
import type { Answer } from "../io/service.ts";
import { useAnnounce } from "./announcer.tsx";
import { useFocusWhen } from "./focus.ts";
import { messageOf } from "./loaded.tsx";

interface ActionProps<T> {
  readonly label: string;
  /** for screen readers, when the label alone does not say what it is about */
  readonly name?: string;
  readonly kind?: string;
  readonly onPress: () => Promise<Answer<T>>;
  readonly onDone: (value: T) => void;
  /** what a screen reader says when it is done */
  readonly done?: string;
}

/** A button that calls the service. An error is shown beside it. */
export function Action<T>({ label, name, kind, ...call }: ActionProps<T>) {
  const { notice, isBusy, press } = useCall(call);
  return (
    <>
      <button
        type="button"
        class={kind ?? ""}
        aria-disabled={isBusy}
        onClick={press}
        {...(name !== undefined && { "aria-label": name })}
      >
        {label}
      </button>
      <Notice text={notice} />
    </>
  );
}

/** An action that takes something away. It asks once before it acts. */
export function CarefulAction<T>(props: ActionProps<T> & { readonly question: string }) {
  const { label, name, kind, question, ...call } = props;
  const [isAsking, setAsking] = useState(false);
  const opener = useFocusWhen<HTMLButtonElement>(!isAsking);
  const { notice, isBusy, press } = useCall({
    ...call,
    onDone: (value: T) => {
      setAsking(false);
      call.onDone(value);
    },
  });
  if (isAsking) {
    return (
      <Question
        question={question}
        yes={label}
        isBusy={isBusy}
        notice={notice}
        onYes={press}
        onNo={() => setAsking(false)}
      />
    );
  }
  return (
    <button
      ref={opener}
      type="button"
      class={kind ?? ""}
      onClick={() => setAsking(true)}
      {...(name !== undefined && { "aria-label": name })}
    >
      {label}
    </button>
  );
}

interface QuestionProps {
  readonly question: string;
  readonly yes: string;
  readonly isBusy: boolean;
  readonly notice: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The question gets the focus instead of a button, so that a repeating key does not answer it. */
export function Question({ question, yes, isBusy, notice, onYes, onNo }: QuestionProps) {
  const id = useId();
  const group = useRef<HTMLElement>(null);
  useLayoutEffect(() => group.current?.focus(), []);
  return (
    <section
      ref={group}
      class="question"
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") onNo();
      }}
    >
      <p id={id}>{question}</p>
      <div class="row wrap">
        <button type="button" class="danger" aria-disabled={isBusy} onClick={onYes}>
          {yes}
        </button>
        <button type="button" onClick={onNo}>
          {administration.cancel}
        </button>
      </div>
      <Notice text={notice} />
    </section>
  );
}

export function Notice({ text }: { readonly text: string }) {
  if (text === "") return null;
  return (
    <span class="notice" role="alert">
      {text}
    </span>
  );
}

/** The button stays enabled while it waits, because a disabled element loses the focus. */
export function useCall<T>({
  onPress,
  onDone,
  done,
}: Pick<ActionProps<T>, "onPress" | "onDone" | "done">) {
  const announce = useAnnounce();
  const [notice, setNotice] = useState("");
  const [isBusy, setBusy] = useState(false);
  async function press(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    const answer = await onPress();
    setBusy(false);
    setNotice(answer.type === "ok" ? "" : messageOf(answer));
    if (answer.type !== "ok") return;
    if (done !== undefined) announce(done);
    onDone(answer.value);
  }
  return { notice, isBusy, press };
}
