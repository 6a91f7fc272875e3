import { join } from "node:path";
import { type PageLanguage, pageIn, type TranslatedPage } from "../assets.ts";
import type { PseudoLanguage } from "../words/pseudo.rig.ts";
import { wordsIn } from "../words/service.ts";

const words = join(import.meta.dirname, "../words");
/** What each file of words exports. */
const exported: Readonly<Record<string, string>> = {
  page: "page",
  "sign-in": "signIn",
  history: "history",
  administration: "administration",
};

/** The page as the app would be in this language. */
export function pseudoPage({ tag, direction }: PseudoLanguage): Promise<TranslatedPage> {
  const plugin: PageLanguage["plugin"] = {
    name: "pseudo-words",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.\/english\/[a-z-]+\.ts$/ }, ({ path }) => ({
        path: path.slice("./english/".length, -".ts".length),
        namespace: "pseudo",
      }));
      onLoad({ filter: /.*/, namespace: "pseudo" }, ({ path }) => ({
        resolveDir: words,
        loader: "ts",
        contents: `
          import { ${exported[path]} as english } from ${JSON.stringify(join(words, "english", `${path}.ts`))};
          import { pseudo } from "./pseudo.rig.ts";
          export const ${exported[path]} = pseudo(english, "${direction}");`,
      }));
    },
  };
  return pageIn({ document: { tag, direction, words: wordsIn.en.page }, plugin });
}
