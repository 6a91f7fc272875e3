/** The words of the history. They are loaded when it is first shown. */
import { history as english } from "./english/history.ts";
import type { HistoryWords } from "./shape.ts";

export const history: HistoryWords = english;
