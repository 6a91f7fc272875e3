import { fragmentOf, type Route } from "./route.ts";
import { useTitle } from "./title.ts";

interface MissingProps {
  readonly sentence: string;
  readonly back: string;
  readonly to: Route;
}

/** An address of something that does not exist, for example an old bookmark. */
export function Missing({ sentence, back, to }: MissingProps) {
  useTitle(sentence);
  return (
    <div class="empty">
      <h1>{sentence}</h1>
      <p>
        <a href={fragmentOf(to)}>{back}</a>
      </p>
    </div>
  );
}
