import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";

const said = administration.people;

interface OnceLinkProps {
  readonly label: string;
  readonly lead: string;
  readonly text: string;
  /** what the device's own dialog for sharing shows; undefined: it is not a link */
  readonly shareTitle?: string;
  readonly onDone: () => void;
  readonly children?: ComponentChildren;
}

/** A link or a token, shown once, because the service stores only its hash. */
export function OnceLink({ label, lead, text, shareTitle, onDone, children }: OnceLinkProps) {
  const [isCopied, setCopied] = useState(false);
  const canShare = shareTitle !== undefined && "share" in navigator;
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The browser does not allow it. The person can still select the text.
      () => setCopied(false),
    );
  }
  async function share(title: string): Promise<void> {
    await navigator.share({ title, url: text }).catch(() => {
      // The person has closed the dialog, and can still copy.
    });
  }
  return (
    <section class="card invitation" aria-label={label}>
      <p>{lead}</p>
      <div class="row">
        <input
          readOnly
          value={text}
          aria-label={label}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class={canShare ? "" : "primary"} onClick={copy}>
          {isCopied ? said.copied : said.copy}
        </button>
      </div>
      {canShare && (
        <button type="button" class="primary" onClick={() => share(shareTitle)}>
          {said.share}
        </button>
      )}
      {children}
      <button type="button" class="quiet" onClick={onDone}>
        {said.done}
      </button>
    </section>
  );
}
