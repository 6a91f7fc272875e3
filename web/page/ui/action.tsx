import { useState } from "preact/hooks";
import type { Answer } from "../io/service.ts";
import { messageOf } from "./loaded.tsx";

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
    if (isBusy) return;
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
        aria-disabled={isBusy}
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
