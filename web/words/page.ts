/** The words that everyone sees on the page. The build of the page replaces English (`web/assets.ts`). */
import { page } from "./english/page.ts";
import type { PageWords } from "./shape.ts";

export const words: PageWords = page;
