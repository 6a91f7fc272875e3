/** The words of signing in. They are loaded when somebody has to sign in. */
import { signIn as english } from "./english/sign-in.ts";
import type { SignInWords } from "./shape.ts";

export const signInWords: SignInWords = english;
