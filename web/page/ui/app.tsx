import { useEffect, useState } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { words } from "../../words/page.ts";
import type { Service } from "../io/service.ts";
import type { PageEvent, PageState } from "../model/state.ts";
import { GatePage } from "./gate.tsx";
import { Mark } from "./mark.tsx";
import { Part } from "./part.tsx";

/** Loaded when first needed, so that a phone at the gate loads only the gate's page. */
const parts = {
  signIn: () => import("./sign-in.tsx"),
  history: () => import("./history.tsx"),
  people: () => import("./people.tsx"),
  gates: () => import("./gates.tsx"),
};

interface AppProps {
  readonly state: PageState;
  readonly now: number;
  readonly dispatch: (event: PageEvent) => void;
  readonly service: Service;
  /** the token of an invitation link; null: none */
  readonly invitation: string | null;
  readonly onInvitationDone: () => void;
}

export function App({ state, now, dispatch, service, invitation, onInvitationDone }: AppProps) {
  const route = useRoute();
  const { session } = state;
  if (invitation !== null && session.type !== "loading" && session.type !== "unreachable") {
    return (
      <main id="content">
        <Part load={parts.signIn}>
          {({ Invitation }) => (
            <Invitation
              token={invitation}
              service={service}
              onLeave={onInvitationDone}
              onSession={(view) => {
                onInvitationDone();
                dispatch({ type: "session", view });
              }}
            />
          )}
        </Part>
      </main>
    );
  }
  if (session.type === "loading" || session.type === "unreachable") {
    return (
      <main id="content">
        <p class="empty" role="status">
          {session.type === "loading" ? words.loading : words.unreachable}
        </p>
      </main>
    );
  }
  if (session.type === "out") {
    return (
      <main id="content">
        <Part load={parts.signIn}>
          {({ SignIn }) => (
            <SignIn
              view={session.view}
              hasEnded={session.hasEnded}
              service={service}
              onSession={(view) => dispatch({ type: "session", view })}
            />
          )}
        </Part>
      </main>
    );
  }
  const { person } = session.view;
  async function signOut(): Promise<void> {
    await service.signOut();
    dispatch({ type: "left" });
  }
  return (
    <>
      <button type="button" class="skip" onClick={focusContent}>
        {words.skip}
      </button>
      <header>
        <a class="brand" href="#/">
          <Mark />
          {words.app}
        </a>
        <span class="who">{person.name}</span>
        <button type="button" class="quiet sign-out" onClick={signOut}>
          {words.signOut}
        </button>
      </header>
      <Navigation route={route} person={person} />
      <main id="content" tabIndex={-1} data-route={route}>
        {route === "/" && <GatePage state={state} now={now} dispatch={dispatch} />}
        {route === "/history" && (
          <Part key={route} load={parts.history}>
            {({ HistoryPage }) => <HistoryPage service={service} person={person} />}
          </Part>
        )}
        {route === "/people" && person.isAdministrator && (
          <Part key={route} load={parts.people}>
            {({ PeoplePage }) => <PeoplePage service={service} />}
          </Part>
        )}
        {route === "/gates" && person.isAdministrator && (
          <Part key={route} load={parts.gates}>
            {({ GatesPage }) => <GatesPage service={service} />}
          </Part>
        )}
      </main>
    </>
  );
}

type Route = "/" | "/history" | "/people" | "/gates";

function Navigation({ route, person }: { readonly route: Route; readonly person: PersonSummary }) {
  const entries: readonly (readonly [Route, string])[] = [
    ["/", words.nav.open],
    ["/history", words.nav.history],
    ...(person.isAdministrator
      ? ([
          ["/people", words.nav.people],
          ["/gates", words.nav.gates],
        ] as const)
      : []),
  ];
  return (
    <nav aria-label={words.nav.label}>
      {entries.map(([to, word]) => (
        <a key={to} href={`#${to}`} {...(to === route && { "aria-current": "page" })}>
          {word}
        </a>
      ))}
    </nav>
  );
}

/** The fragment is the route, so the server does not need to know the routes. */
function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const onChange = () => {
      setRoute(readRoute());
      window.scrollTo(0, 0);
    };
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return route;
}

function readRoute(): Route {
  const path = location.hash.slice(1);
  return path === "/history" || path === "/people" || path === "/gates" ? path : "/";
}

function focusContent(): void {
  document.getElementById("content")?.focus();
}
