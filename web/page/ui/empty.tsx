import type { ComponentChildren } from "preact";
import { words } from "../../words/page.ts";

interface EmptyProps {
  readonly sentence: string;
  readonly children?: ComponentChildren;
}

/** A page that has nothing to show yet, or at all. Every page has a heading. */
export function Empty({ sentence, children }: EmptyProps) {
  return (
    <div class="empty">
      <h1 class="unseen">{words.app}</h1>
      <p role="status">{sentence}</p>
      {children}
    </div>
  );
}
