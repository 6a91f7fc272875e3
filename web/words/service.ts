/** The words that the service sends, in the language of the app. */
import { service } from "./english/service.ts";

/** A translation is another folder beside `english`, whose `service.ts` has this type. */
export type ServiceWords = typeof service;

export const words: ServiceWords = service;
