/** The words of the pages that only administrators see. */
import { administration as english } from "./english/administration.ts";
import type { AdministrationWords } from "./shape.ts";

export const administration: AdministrationWords = english;
