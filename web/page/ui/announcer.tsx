import { type ComponentChildren, createContext } from "preact";
import { useContext, useState } from "preact/hooks";

const Announce = createContext<(sentence: string) => void>(() => {});

/** Says a sentence to a screen reader. Everybody else sees what has changed. */
export const useAnnounce = () => useContext(Announce);

export function Announcer({ children }: { readonly children: ComponentChildren }) {
  const [sentence, setSentence] = useState("");
  return (
    <Announce.Provider value={setSentence}>
      {children}
      <p class="unseen" role="status">
        {sentence}
      </p>
    </Announce.Provider>
  );
}
