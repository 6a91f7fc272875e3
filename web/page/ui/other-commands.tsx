import { buttonRequester } from "../../../device/messages/command.ts";
import type { OtherCommand } from "../../api.ts";
import { administration } from "../../words/administration.ts";
import { history } from "../../words/history.ts";
import { words } from "../../words/page.ts";
import type { Administration } from "../io/administration.ts";
import { seconds } from "../model/outcome.ts";
import { exactly } from "./format-lists.ts";
import { Loading, useLoaded } from "./loaded.tsx";
import { placeOf } from "./place.ts";

const said = administration.otherCommands;

/** For administrators: commands that no person has given in the app. */
export function OtherCommands({ service }: { readonly service: Administration }) {
  const { loaded } = useLoaded(service.otherCommands);
  return (
    <section aria-labelledby="other-commands">
      <h2 id="other-commands">{said.title}</h2>
      <p class="lead">{said.lead}</p>
      {loaded.type === "loading" && <Loading />}
      {loaded.type === "failed" && (
        <p class="notice" role="alert">
          {loaded.message}
        </p>
      )}
      {loaded.type === "loaded" && <Commands commands={loaded.value} />}
    </section>
  );
}

function Commands({ commands }: { readonly commands: readonly OtherCommand[] }) {
  if (commands.length === 0) return <p class="empty">{said.empty}</p>;
  return (
    <ol class="entries card">
      {commands.map((command, index) => (
        // Two boxes may report at the same moment.
        <Entry key={`${command.thingName} ${command.at} ${index}`} command={command} />
      ))}
    </ol>
  );
}

/** No command can claim to be the button: the box itself says so. */
function sender(by: string | null): string {
  if (by === buttonRequester) return said.button;
  return by === null ? said.unknown : said.claimed(by);
}

function Entry({ command }: { readonly command: OtherCommand }) {
  const { gateName, by, outcome, reason, at, pulseMs } = command;
  return (
    <li class="entry">
      <time dateTime={new Date(at).toISOString()}>{exactly(at)}</time>
      <span class="entry-who">
        <strong>{sender(by)}</strong>
        <span>{gateName ?? placeOf(command)}</span>
      </span>
      <span class="badge" data-tone={outcome === "opened" ? "unsure" : "bad"}>
        {history.states[outcome]}
        {pulseMs !== null && ` · ${history.pressed(seconds(pulseMs))}`}
      </span>
      {reason !== null && <span class="entry-why hint">{words.reasons[reason]}</span>}
    </li>
  );
}
