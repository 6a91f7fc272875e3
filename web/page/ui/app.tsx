import { useEffect, useRef } from "preact/hooks";
import type { PersonSummary } from "../../api.ts";
import { words } from "../../words/page.ts";
import type { SecretLink } from "../io/secret-link.ts";
import type { Service } from "../io/service.ts";
import type { PageEvent, PageState } from "../model/state.ts";
import { Announcer } from "./announcer.tsx";
import { Empty } from "./empty.tsx";
import { GatePage } from "./gate.tsx";
import { Mark } from "./mark.tsx";
import { Part } from "./part.tsx";
import { fragmentOf, type Route, useRoute } from "./route.ts";

/** Loaded when first needed, so that a phone at the gate loads only the gate's page. */
const parts = {
  door: () => import("./door.tsx"),
  languages: () => import("./language-menu.tsx"),
  pages: () => import("./pages.tsx"),
};

interface AppProps {
  readonly state: PageState;
  readonly now: number;
  readonly dispatch: (event: PageEvent) => void;
  readonly service: Service;
  readonly link: SecretLink | null;
  readonly onLinkDone: () => void;
}

export function App(props: AppProps) {
  const { state, now, dispatch, service, link } = props;
  const route = useRoute();
  const { session } = state;
  if (session.type === "loading" || session.type === "unreachable") {
    return (
      <main id="content">
        <Empty sentence={session.type === "loading" ? words.loading : words.unreachable} />
      </main>
    );
  }
  if (session.type === "out" || link !== null) {
    return (
      <main id="content">
        <Part key="door" load={parts.door}>
          {({ Door }) => <Door {...props} session={session} />}
        </Part>
      </main>
    );
  }
  const { who } = session;
  const person = who.type === "person" ? who.person : null;
  async function signOut(): Promise<void> {
    await service.signOut();
    dispatch({ type: "left" });
  }
  return (
    <Announcer>
      <button type="button" class="skip" onClick={focusContent}>
        {words.skip}
      </button>
      <header>
        <a class="brand" href="#/">
          <Mark />
          {words.app}
        </a>
        <div class="account">
          {/* A guest has no passkeys. Without an address, it is plain text. */}
          <a class="who" {...(person !== null && { href: "#/passkeys" })}>
            {who.type === "person" ? who.person.name : who.guest.name}
          </a>
          <button type="button" class="quiet sign-out" onClick={signOut}>
            {words.signOut}
          </button>
          <Part load={parts.languages} isQuiet>
            {({ LanguageMenu }) => <LanguageMenu service={service} />}
          </Part>
        </div>
      </header>
      {person !== null && <Navigation page={route.page} person={person} />}
      <main id="content" tabIndex={-1}>
        {person === null || route.page === "open" ? (
          <GatePage state={state} now={now} dispatch={dispatch} />
        ) : (
          <Part key="pages" load={parts.pages}>
            {({ Pages }) => <Pages route={route} person={person} service={service} />}
          </Part>
        )}
      </main>
    </Announcer>
  );
}

interface NavigationProps {
  readonly page: Route["page"];
  readonly person: PersonSummary;
}

function Navigation({ page, person }: NavigationProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // The control sits on top of the navigation, which is higher when its text is large.
    const observer = new ResizeObserver(() => {
      const height = `${nav.current?.offsetHeight ?? 0}px`;
      document.documentElement.style.setProperty("--nav", height);
    });
    if (nav.current !== null) observer.observe(nav.current);
    return () => observer.disconnect();
  }, []);
  const entries = person.isAdministrator
    ? (["open", "history", "people", "gates", "guests"] as const)
    : (["open", "history"] as const);
  return (
    <nav ref={nav} aria-label={words.nav.label}>
      {entries.map((to) => (
        <a key={to} href={fragmentOf(listOf(to))} {...(to === page && { "aria-current": "page" })}>
          {words.nav[to]}
        </a>
      ))}
    </nav>
  );
}

function listOf(page: "open" | "history" | "people" | "gates" | "guests"): Route {
  return page === "open" || page === "history" ? { page } : { page, id: null };
}

function focusContent(): void {
  document.getElementById("content")?.focus();
}
