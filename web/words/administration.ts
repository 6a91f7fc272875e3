/** The words of the pages that only administrators see, in the language of the app. */
import { administration as english } from "./english/administration.ts";

/** A translation is another folder beside `english`, whose `administration.ts` has this type. */
export type AdministrationWords = typeof english;

export const administration: AdministrationWords = english;
