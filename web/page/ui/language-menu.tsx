import { useRef, useState } from "preact/hooks";
import type { LanguageBody } from "../../api.ts";
import { type Language, languageNames, languages } from "../../words/languages.ts";
import { words } from "../../words/page.ts";
import type { Service } from "../io/service.ts";
import { messageOf } from "./loaded.tsx";

interface LanguageMenuProps {
  readonly service: Service;
  /** called before the page loads again in the other language */
  readonly onLeave?: () => void;
}

const current = languageNames[languages.find((each) => each === words.language) ?? "en"];

/**
 * The languages, each by its own name. They are buttons in a list, so that looking through them with the
 * keyboard changes nothing.
 */
export function LanguageMenu({ service, onLeave }: LanguageMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [notice, setNotice] = useState("");
  const close = () => menu.current?.removeAttribute("open");
  async function choose(language: Language): Promise<void> {
    const answer = await service.call<null>("POST", "/api/language", {
      language,
    } satisfies LanguageBody);
    if (answer.type !== "ok") {
      setNotice(messageOf(answer));
      return;
    }
    onLeave?.();
    // Each language is a page of its own.
    location.reload();
  }
  return (
    <details
      ref={menu}
      class="languages"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        close();
        menu.current?.querySelector("summary")?.focus();
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !menu.current?.contains(relatedTarget)) close();
      }}
    >
      <summary aria-label={`${words.languages}: ${current}`}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="12" cy="12" r="9" />
          <path d="M3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18" />
        </svg>
        <span lang={words.language}>{current}</span>
      </summary>
      <div class="card">
        <ul>
          {languages.map((each) => (
            <li key={each}>
              <button
                type="button"
                lang={each}
                aria-current={each === words.language}
                onClick={() => choose(each)}
              >
                {languageNames[each]}
              </button>
            </li>
          ))}
        </ul>
        <p class="notice" role="alert">
          {notice}
        </p>
      </div>
    </details>
  );
}
