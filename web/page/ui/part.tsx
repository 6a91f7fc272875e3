import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../words/words.ts";

interface PartProps<M> {
  readonly load: () => Promise<M>;
  readonly children: (module: M) => ComponentChildren;
}

/** A part of the page with a file of its own. It is gone where the service has been renewed since. */
export function Part<M>({ load, children }: PartProps<M>) {
  const [part, setPart] = useState<{ readonly module: M } | "loading" | "failed">("loading");
  useEffect(() => {
    load().then(
      (module) => setPart({ module }),
      () => setPart("failed"),
    );
  }, []);
  if (typeof part === "object") return <>{children(part.module)}</>;
  if (part === "loading") {
    return (
      <p class="empty" role="status">
        {words.loading}
      </p>
    );
  }
  return (
    <div class="empty" role="alert">
      <p>{words.notReached}</p>
      <button type="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </div>
  );
}
