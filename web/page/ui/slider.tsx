import type { TargetedKeyboardEvent, TargetedMouseEvent, TargetedPointerEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../../words/page.ts";
import { now } from "../io/clock.ts";
import type { Control } from "../model/control.ts";
import { abandon, holdMs, idle, move, press, release, type Slide } from "../model/slide.ts";
import { isRightToLeft } from "./direction.ts";
import { Part } from "./part.tsx";

/** How far beyond the knob a slide may start, in px. */
const slopPx = 28;
/** How long the confirmation stays on the screen. */
const confirmMs = 8_000;
const prefetchMs = 1_000;

const confirmPart = () => import("./confirm.tsx");

interface SliderProps {
  readonly gateName: string;
  readonly control: Control;
  readonly label: string;
  readonly onSlid: () => void;
}

/** Opens by a slide, by holding Enter or Space, or by two buttons. A tap does nothing. */
export function Slider({ gateName, control, label, onSlid }: SliderProps) {
  const track = useRef<HTMLDivElement>(null);
  const knob = useRef<HTMLButtonElement>(null);
  const slide = useRef<Slide>(idle);
  const holdTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const askTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [progress, setProgress] = useState(0);
  const [isHolding, setHolding] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const isReady = control.type === "ready";

  useEffect(() => {
    // After the page is there, so that it is there when somebody needs it.
    const timer = setTimeout(() => void confirmPart().catch(() => undefined), prefetchMs);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (isReady) return;
    slide.current = idle;
    setProgress(0);
    letGo();
    setAsking(false);
  }, [isReady]);

  useEffect(
    () => () => {
      clearTimeout(holdTimer.current);
      clearTimeout(askTimer.current);
    },
    [],
  );

  function hold(): void {
    setHolding(true);
    clearTimeout(holdTimer.current);
    holdTimer.current = setTimeout(() => {
      setHolding(false);
      onSlid();
    }, holdMs);
  }

  function letGo(): void {
    clearTimeout(holdTimer.current);
    setHolding(false);
  }

  function ask(): void {
    setAsking(true);
    clearTimeout(askTimer.current);
    askTimer.current = setTimeout(() => setAsking(false), confirmMs);
  }

  function endQuestion(): void {
    setAsking(false);
    knob.current?.focus();
  }

  function become(next: Slide): void {
    const isSlid = next.type === "slid";
    slide.current = isSlid ? idle : next;
    setProgress(next.type === "sliding" ? next.progress : 0);
    if (isSlid) onSlid();
  }

  function wayLength(): number {
    return (track.current?.clientWidth ?? 0) - (knob.current?.offsetWidth ?? 0);
  }

  function onPointerDown(event: TargetedPointerEvent<HTMLDivElement>): void {
    if (!isReady || !event.isPrimary || event.button !== 0) return;
    const box = knob.current?.getBoundingClientRect();
    if (box === undefined) return;
    const knobEnd = Math.max(along(box.left), along(box.right));
    if (along(event.clientX) > knobEnd + slopPx) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    become(press(slide.current, event.pointerId, along(event.clientX), now()));
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLButtonElement>): void {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (isReady && !event.repeat) hold();
  }

  /** A screen reader clicks without a pointer or a key, so the click asks for confirmation. */
  function onClick(event: TargetedMouseEvent<HTMLButtonElement>): void {
    if (isReady && event.detail === 0) ask();
  }

  return (
    <div class="opener">
      <div
        ref={track}
        class="slide"
        data-control={control.type}
        data-holding={isHolding}
        data-sliding={progress > 0}
        style={{ "--progress": progress }}
        onPointerDown={onPointerDown}
        onPointerMove={(event) =>
          become(move(slide.current, event.pointerId, along(event.clientX), wayLength(), now()))
        }
        onPointerUp={(event) => become(release(slide.current, event.pointerId, now()))}
        onPointerCancel={(event) => become(abandon(slide.current, event.pointerId))}
      >
        <span class="slide-fill" aria-hidden="true" />
        <span class="slide-label" aria-hidden="true">
          <span class="slide-word">{isHolding ? words.control.keep : label}</span>
        </span>
        <button
          ref={knob}
          type="button"
          class="slide-knob"
          aria-label={words.control.name(gateName)}
          aria-disabled={!isReady}
          aria-describedby="gate-status"
          onKeyDown={onKeyDown}
          onKeyUp={letGo}
          onBlur={letGo}
          onClick={onClick}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 5l7 7-7 7M12 5l7 7-7 7" />
          </svg>
        </button>
      </div>
      {isReady && isAsking ? (
        <Part load={confirmPart}>
          {({ Confirm }) => (
            <Confirm
              gateName={gateName}
              onYes={() => {
                endQuestion();
                onSlid();
              }}
              onNo={endQuestion}
            />
          )}
        </Part>
      ) : (
        <button type="button" class="quiet two-step" disabled={!isReady} onClick={ask}>
          {words.control.twoStep}
        </button>
      )}
    </div>
  );
}

/** Where a point is on the way of the slide, which goes in the direction of the writing. */
function along(clientX: number): number {
  return isRightToLeft() ? -clientX : clientX;
}
