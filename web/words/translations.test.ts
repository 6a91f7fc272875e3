import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { numbersIn } from "./count.ts";
import { type Language, languageNames, languages } from "./languages.ts";
import { wordsIn } from "./service.ts";
import type { AdministrationWords, HistoryWords, PageWords, SignInWords } from "./shape.ts";
import { translations } from "./translations.ts";

/** Everything in one language. */
interface AllWords {
  readonly page: PageWords;
  readonly signIn: SignInWords;
  readonly history: HistoryWords;
  readonly administration: AdministrationWords;
  readonly service: (typeof wordsIn)["en"];
}

async function readWords(language: Language): Promise<AllWords> {
  const { folder } = translations[language];
  const { page }: { page: PageWords } = await import(`./${folder}/page.ts`);
  const { signIn }: { signIn: SignInWords } = await import(`./${folder}/sign-in.ts`);
  const { history }: { history: HistoryWords } = await import(`./${folder}/history.ts`);
  const { administration }: { administration: AdministrationWords } = await import(
    `./${folder}/administration.ts`
  );
  return { page, signIn, history, administration, service: wordsIn[language] };
}

interface Sentence {
  /** such as page.control.slide */
  readonly path: string;
  /** each argument once and in no other sentence; undefined: the sentence has none */
  readonly arguments: readonly unknown[];
  readonly text: string;
}

/** Numbers whose digits no sentence has. An argument that a function compares decides between sentences. */
const samples = [
  [731, 842, 953],
  ["«one»", "«two»", "«three»"],
] as const;

/** Every sentence, called with numbers and with texts when it is a function. */
function sentencesOf(words: object, path: string): readonly Sentence[] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) => {
    const here = `${path}.${name}`;
    if (typeof value === "string") return [{ path: here, arguments: [], text: value }];
    if (typeof value === "function") {
      return samples.map((sample) => {
        const given = sample.slice(0, value.length);
        return { path: here, arguments: given, text: String(value(...given)) };
      });
    }
    assert.ok(typeof value === "object" && value !== null, here);
    return sentencesOf(value, here);
  });
}

describe("the translations", () => {
  const all = new Map<Language, AllWords>();
  const sentences = new Map<Language, readonly Sentence[]>();

  before(async () => {
    for (const language of languages) {
      const words = await readWords(language);
      all.set(language, words);
      sentences.set(
        language,
        Object.entries(words).flatMap(([part, its]) => sentencesOf(its, part)),
      );
    }
  });

  const wordsOf = (language: Language): AllWords => {
    const words = all.get(language);
    assert.ok(words !== undefined);
    return words;
  };

  it("are folders with the files of English, one for each language", () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const named = languages.map((language) => translations[language].folder);
    assert.deepEqual(folders.toSorted(), named.toSorted());
    const filesOf = (folder: string) => readdirSync(join(import.meta.dirname, folder)).toSorted();
    for (const folder of named) assert.deepEqual(filesOf(folder), filesOf("english"), folder);
  });

  it("give a text for every sentence, with every argument in it", () => {
    for (const language of languages) {
      const { number } = numbersIn(wordsOf(language).page.locale);
      const found = sentences.get(language) ?? [];
      assert.ok(found.length > 300, `${language}: ${found.length}`);
      for (const { path, arguments: given, text } of found) {
        const where = `${language} ${path}: ${text}`;
        assert.match(text, /\S/, where);
        assert.doesNotMatch(text, /undefined|null|\[object|\$\{|#/, where);
        assert.equal(text, text.trim(), where);
        assert.doesNotMatch(text, / {2}|\s[.,]|~/, where);
        for (const argument of given) {
          // It says how far apart two clocks are, in whole seconds.
          if (path === "administration.gates.clock") continue;
          const isThere = [String(argument), number(Number(argument))].some((it) =>
            text.includes(it),
          );
          assert.ok(isThere, where);
        }
      }
    }
  });

  it("have the arguments of English", () => {
    const shape = (language: Language) =>
      sentences.get(language)?.map(({ path, arguments: given }) => `${path} ${given.length}`);
    const english = new Set(shape("en"));
    for (const language of languages) assert.deepEqual(new Set(shape(language)), english);
  });

  it("name their own language", () => {
    for (const language of languages) {
      const { page } = wordsOf(language);
      assert.equal(page.language, language);
      assert.ok(page.locale.startsWith(`${language}-`));
      const own = new Intl.DisplayNames(language, { type: "language" }).of(language) ?? "";
      assert.equal(own.toLowerCase(), languageNames[language].toLowerCase());
    }
  });

  it("leave no sentence of several words in English", () => {
    const english = new Map(sentences.get("en")?.map(({ path, text }) => [path, text]));
    for (const language of languages.filter((each) => each !== "en")) {
      for (const { path, text } of sentences.get(language) ?? []) {
        const isSentence = text.split(" ").length > 3 && path !== "page.title";
        if (isSentence) assert.notEqual(text, english.get(path), `${language} ${path}`);
      }
    }
  });

  /**
   * Rule 5: the app says what the box did, never where the gate is. Only the sentences about the contact
   * at the gate may, and they are not among these.
   */
  it("never claim that a gate is open, in any language", () => {
    const claims: Readonly<Record<Language, RegExp>> = {
      en: /\b(gate|boom|it) (is|was|has) (now )?(been )?open/i,
      de: /\b(Schranke|sie) (ist|wurde|steht|hat) (\S+ )?(offen|geöffnet|auf)/i,
      fr: /\b(barrière|elle) (est|a été|s’est) (\S+ )?ouverte/i,
      es: /\b(barrera) (está|ha sido|se ha) (\S+ )?abiert[ao]/i,
      pt: /\b(cancela|ela) (está|foi|ficou) (\S+ )?abert[ao]/i,
      nl: /\b(slagboom|die) (is|staat|werd) (\S+ )?(open|geopend)/i,
    };
    const opened: Readonly<Record<Language, string>> = {
      en: "Button pressed",
      de: "Taste gedrückt",
      fr: "Bouton pressé",
      es: "Botón pulsado",
      pt: "Botão premido",
      nl: "Knop ingedrukt",
    };
    for (const language of languages) {
      const { page, history, administration } = wordsOf(language);
      assert.equal(history.states.opened, opened[language]);
      assert.equal(page.outcome.opened, opened[language]);
      for (const { path, text } of sentencesOf(page, "page")) {
        assert.doesNotMatch(text, claims[language], path);
      }
      // The patterns find what they are for.
      const { open } = administration.gates.positions;
      assert.match(open, claims[language]);
    }
  });

  it("count as each language does", () => {
    const passkeys = (language: Language, total: number) =>
      wordsOf(language).administration.people.passkeys(total);
    assert.deepEqual(
      [0, 1, 2].map((total) => passkeys("en", total)),
      ["0 passkeys", "1 passkey", "2 passkeys"],
    );
    assert.deepEqual(
      [0, 1, 2].map((total) => passkeys("fr", total)),
      ["0 clé d’accès", "1 clé d’accès", "2 clés d’accès"],
    );
    assert.equal(passkeys("de", 12_345), "12.345 Passkeys");
  });
});
