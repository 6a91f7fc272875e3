/** The words of the history, in the language of the app. It is loaded when it is first shown. */
import { history as english } from "./english/history.ts";

/** A translation is another folder beside `english`, whose `history.ts` has this type. */
export type HistoryWords = typeof english;

export const history: HistoryWords = english;
