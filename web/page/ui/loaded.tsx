import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { words } from "../../words/page.ts";
import type { Answer } from "../io/service.ts";
import { Empty } from "./empty.tsx";

export type Loaded<T> =
  | { readonly type: "loading" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "loaded"; readonly value: T };

/** Loads when first shown and on `reload`. The previous value stays until the new one has arrived. */
export function useLoaded<T>(ask: () => Promise<Answer<T>>): {
  readonly loaded: Loaded<T>;
  readonly reload: () => Promise<void>;
} {
  const [loaded, setLoaded] = useState<Loaded<T>>({ type: "loading" });
  const reload = useCallback(async () => {
    const answer = await ask();
    setLoaded(
      answer.type === "ok"
        ? { type: "loaded", value: answer.value }
        : { type: "failed", message: messageOf(answer) },
    );
  }, []);
  useEffect(() => {
    void reload();
  }, []);
  return { loaded, reload };
}

/** Two answers as one. If any of them failed, the first failure is the result. */
export async function both<A, B>(
  a: Promise<Answer<A>>,
  b: Promise<Answer<B>>,
): Promise<Answer<readonly [A, B]>> {
  const [first, second] = await Promise.all([a, b]);
  if (first.type !== "ok") return first;
  if (second.type !== "ok") return second;
  return { type: "ok", value: [first.value, second.value] };
}

/** The answer in the form that a part of the page needs. */
export async function mapped<A, B>(
  asked: Promise<Answer<A>>,
  to: (value: A) => B,
): Promise<Answer<B>> {
  const answer = await asked;
  return answer.type === "ok" ? { type: "ok", value: to(answer.value) } : answer;
}

/** Null instead of a problem when it does not exist. */
export async function orNull<T>(asked: Promise<Answer<T>>): Promise<Answer<T | null>> {
  const answer = await asked;
  const isMissing = answer.type === "problem" && answer.status === 404;
  return isMissing ? { type: "ok", value: null } : answer;
}

export function messageOf(answer: Exclude<Answer<unknown>, { type: "ok" }>): string {
  return answer.type === "problem" ? answer.problem.message : words.notReached;
}

/** In the place of a list that has not arrived. */
export function Loading() {
  return (
    <p class="empty" role="status">
      {words.loading}
    </p>
  );
}

interface WhenLoadedProps<T> {
  readonly loaded: Loaded<T>;
  readonly reload: () => Promise<void>;
  readonly children: (value: T) => ComponentChildren;
}

export function WhenLoaded<T>({ loaded, reload, children }: WhenLoadedProps<T>) {
  if (loaded.type === "loaded") return <>{children(loaded.value)}</>;
  if (loaded.type === "loading") return <Empty sentence={words.loading} />;
  return (
    <div class="empty" role="alert">
      <h1 class="unseen">{words.app}</h1>
      <p>{loaded.message}</p>
      <button type="button" onClick={reload}>
        {words.tryAgain}
      </button>
    </div>
  );
}
