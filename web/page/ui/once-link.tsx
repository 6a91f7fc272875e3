import { useState } from "preact/hooks";
import { administration } from "../../words/administration.ts";

const said = administration.people;

interface OnceLinkProps {
  readonly label: string;
  readonly lead: string;
  readonly text: string;
  readonly onDone: () => void;
}

/** A link or a token, shown once, because the service stores only its hash. */
export function OnceLink({ label, lead, text, onDone }: OnceLinkProps) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // The browser does not allow it. The person can still select the text.
      () => setCopied(false),
    );
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
        <button type="button" class="primary" onClick={copy}>
          {isCopied ? said.copied : said.copy}
        </button>
      </div>
      <button type="button" class="quiet" onClick={onDone}>
        {said.done}
      </button>
    </section>
  );
}
