/** What every language must have: exactly the sentences of English, with the same arguments. */
import type { administration } from "./english/administration.ts";
import type { history } from "./english/history.ts";
import type { page } from "./english/page.ts";
import type { service } from "./english/service.ts";
import type { signIn } from "./english/sign-in.ts";

export type AdministrationWords = typeof administration;
export type HistoryWords = typeof history;
export type PageWords = typeof page;
export type ServiceWords = typeof service;
export type SignInWords = typeof signIn;
