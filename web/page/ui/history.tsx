import { useState } from "preact/hooks";
import type { HistoryEntry, HistoryQuery, PersonSummary, RequestState } from "../../api.ts";
import { history } from "../../words/history.ts";
import { words } from "../../words/page.ts";
import type { Administration } from "../io/administration.ts";
import { askHistory, queryString } from "../io/records.ts";
import type { Service } from "../io/service.ts";
import { seconds } from "../model/outcome.ts";
import { exactly } from "./format-lists.ts";
import { GrowingList, useGrowingList } from "./growing-list.tsx";
import { Loading } from "./loaded.tsx";
import { Part } from "./part.tsx";
import { fragmentOf } from "./route.ts";
import { useTitle } from "./title.ts";

/** Only administrators have them. */
const loadFilters = () => import("./history-filters.tsx");
const loadOtherCommands = () => import("./other-commands.tsx");

const pageSize = 50;
const said = history;

interface HistoryPageProps {
  readonly service: Service;
  readonly administration: Administration;
  readonly person: PersonSummary;
}

/** The person's own requests. Administrators see everyone's, with filters. */
export function HistoryPage({ service, administration, person }: HistoryPageProps) {
  useTitle(said.title);
  const [query, setQuery] = useState<HistoryQuery>({});
  const growing = useGrowingList(
    (after) => askHistory(service, { ...query, limit: pageSize, ...(after !== null && { after }) }),
    [query],
  );

  return (
    <section class="wide-page">
      <div class="page-head">
        <div>
          <h1>{said.title}</h1>
          <p class="lead">{person.isAdministrator ? said.everybody : said.mine}</p>
        </div>
        <div class="row wrap">
          {person.isAdministrator && (
            <a class="button" href={fragmentOf({ page: "changes", id: null })}>
              {said.changes}
            </a>
          )}
          <a class="button" href={`/api/history.csv${queryString(query)}`} download>
            {said.csv}
          </a>
        </div>
      </div>
      {person.isAdministrator && (
        <Part load={loadFilters} isQuiet>
          {({ Filters }) => <Filters service={administration} onChange={setQuery} />}
        </Part>
      )}
      <GrowingList growing={growing} none={said.empty} loading={<Loading />}>
        {(entries) => (
          <ol class="entries card">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} showsPerson={person.isAdministrator} />
            ))}
          </ol>
        )}
      </GrowingList>
      {person.isAdministrator && (
        <Part load={loadOtherCommands} isQuiet>
          {({ OtherCommands }) => <OtherCommands service={administration} />}
        </Part>
      )}
    </section>
  );
}

const tones: Readonly<Record<RequestState, string>> = {
  recorded: "wait",
  sent: "wait",
  opened: "good",
  refused: "bad",
  unanswered: "unsure",
  failed: "bad",
  denied: "bad",
};

function nameIn({ person, guest }: HistoryEntry): string {
  if (guest !== null) return said.guest(guest.name, guest.inviterName ?? said.deletedPerson);
  return person === null ? said.nobody : (person.name ?? said.deletedPerson);
}

function Entry({ entry, showsPerson }: { entry: HistoryEntry; showsPerson: boolean }) {
  const why = entry.reason === null ? null : words.reasons[entry.reason];
  return (
    <li class="entry">
      <time dateTime={new Date(entry.at).toISOString()}>{exactly(entry.at)}</time>
      <span class="entry-who">
        {showsPerson && <strong>{nameIn(entry)}</strong>}
        <span>{entry.gateName}</span>
        {entry.via !== null && <span class="hint">{said.via(entry.via)}</span>}
        {entry.address !== null && <span class="hint">{entry.address}</span>}
      </span>
      <span class="badge" data-tone={tones[entry.state]}>
        {history.states[entry.state]}
        {entry.pulseMs !== null && ` · ${said.pressed(seconds(entry.pulseMs))}`}
      </span>
      {why !== null && <span class="entry-why hint">{why}</span>}
    </li>
  );
}
