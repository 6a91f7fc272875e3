import { useState } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { signInWords } from "../../words/sign-in.ts";
import { signInByPasskey } from "../io/passkey.ts";
import type { Service } from "../io/service.ts";
import { messageOf, useLoaded } from "./loaded.tsx";

const said = signInWords.again;

interface SignInAgainProps {
  readonly service: Service;
  readonly person: PersonSummary;
  readonly onDone: () => void;
}

/** Whoever does something that outlives the session must have signed in a moment ago. */
export function SignInAgain({ service, person, onDone }: SignInAgainProps) {
  const { loaded } = useLoaded(() => service.session());
  const [notice, setNotice] = useState("");
  const oidc = loaded.type === "loaded" ? loaded.value.methods.oidc : null;
  async function signIn(): Promise<void> {
    const answer = await signInByPasskey(service);
    if (answer.type === "cancelled") setNotice(said.cancelled);
    else if (answer.type !== "ok") setNotice(messageOf(answer));
    // Somebody else's passkey: the whole page belongs to them now.
    else if (answer.value.person?.id !== person.id) location.reload();
    else onDone();
  }
  return (
    <section class="card part" aria-label={said.title}>
      <p>{said.lead}</p>
      <p class="notice" role="alert">
        {notice}
      </p>
      <div class="row wrap">
        <button type="button" class="primary" onClick={signIn}>
          {signInWords.page.passkey}
        </button>
        {oidc !== null && (
          <a class="button" href={oidc.url}>
            {signInWords.page.oidc(oidc.name)}
          </a>
        )}
      </div>
    </section>
  );
}
