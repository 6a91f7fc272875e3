import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../../words/page.ts";
import { Empty } from "./empty.tsx";

interface PartProps<M> {
  readonly load: () => Promise<M>;
  /** whether nothing is shown while it loads, because it is a small part of a page */
  readonly isQuiet?: boolean;
  readonly children: (module: M) => ComponentChildren;
}

/** A part of the page in a file of its own. After an update of the service the file may be gone. */
export function Part<M>({ load, isQuiet, children }: PartProps<M>) {
  const [part, setPart] = useState<{ readonly module: M } | "loading" | "failed">("loading");
  useEffect(() => {
    load().then(
      (module) => setPart({ module }),
      () => setPart("failed"),
    );
  }, []);
  if (typeof part === "object") return <>{children(part.module)}</>;
  if (part === "loading" && isQuiet) return null;
  if (part === "loading") return <Empty sentence={words.loading} />;
  return (
    <div class="empty" role="alert">
      <h1 class="unseen">{words.app}</h1>
      <p>{words.notReached}</p>
      <button type="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </div>
  );
}
