import { useState } from "preact/hooks";
import { words } from "../../words.ts";
import { Heading } from "../heading.tsx";
import type { PanelProps } from "../panel-props.ts";
import { webSerial } from "../web-serial.ts";

const said = words.board;

export function BoardStep({ view, link }: PanelProps) {
  const [isNotChosen, setNotChosen] = useState(false);
  const isBusy = view.activity !== null;
  const chooseInBrowser = async () => {
    if (isBusy) return;
    setNotChosen(false);
    try {
      await link.pipe.choose();
    } catch {
      setNotChosen(true);
      return;
    }
    link.command({ type: "use-browser-port" });
  };
  return (
    <>
      <Heading>{said.heading}</Heading>
      <p>{said.intro}</p>
      {webSerial === undefined ? (
        <p class="hint">{said.noSerial}</p>
      ) : (
        <>
          <button type="button" class="primary" aria-disabled={isBusy} onClick={chooseInBrowser}>
            {said.browser}
          </button>
          <p class="hint">{said.browserHint}</p>
          {isNotChosen && (
            <p class="notice" role="alert">
              {said.notChosen}
            </p>
          )}
        </>
      )}
      <h3>{said.listed}</h3>
      {view.board.ports.length === 0 && <p>{said.none}</p>}
      <ul class="choices">
        {view.board.ports.map(({ path, name, isLikely }, index) => (
          <li key={path}>
            <button
              type="button"
              class={index === 0 && webSerial === undefined ? "primary" : ""}
              aria-disabled={isBusy}
              onClick={() => link.command({ type: "choose-port", path })}
            >
              {said.use(path)}
            </button>
            <span>
              {[name, isLikely ? said.likely : ""].filter((each) => each !== "").join(", ")}
            </span>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="quiet"
        aria-disabled={isBusy}
        onClick={() => link.command({ type: "refresh-ports" })}
      >
        {said.refresh}
      </button>
    </>
  );
}
