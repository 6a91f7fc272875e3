/** The words that everyone sees on the page, in the language of the app. */
import { page } from "./english/page.ts";

/** A translation is another folder beside `english`, whose `page.ts` has this type. */
export type PageWords = typeof page;

export const words: PageWords = page;
