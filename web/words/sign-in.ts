/** The words of signing in, in the language of the app. They are loaded when somebody has to sign in. */
import { signIn as english } from "./english/sign-in.ts";

/** A translation is another folder beside `english`, whose `sign-in.ts` has this type. */
export type SignInWords = typeof english;

export const signInWords: SignInWords = english;
