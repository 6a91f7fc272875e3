/** The two files of the page that are written here: the HTML document and the manifest. */
import type { ServiceWords } from "./words/shape.ts";

/** What both files name. */
export interface DocumentParts {
  readonly language: {
    /** BCP 47 */
    readonly tag: string;
    readonly direction: "ltr" | "rtl";
    readonly words: ServiceWords["page"];
  };
  readonly script: string;
  readonly style: string;
  /** the files that the script imports before it runs; they are loaded at the same time as the script */
  readonly staticParts: readonly string[];
  /** @returns the path of an icon */
  icon(name: IconName): string;
}

export const icons = [
  ["icon.svg", "image/svg+xml"],
  ["icon-192.png", "image/png"],
  ["icon-512.png", "image/png"],
  ["icon-maskable-512.png", "image/png"],
  ["apple-touch-icon.png", "image/png"],
] as const;
export type IconName = (typeof icons)[number][0];

const light = "#f3f1ea";
const dark = "#14171a";

/**
 * There is no service worker, because browsers offer to install the app without one. A service worker
 * could only keep an old page or an old state, and without a connection no gate can be opened.
 */
export function webManifest({ language, icon }: DocumentParts) {
  const png = (name: IconName, size: number, purpose: string) => ({
    src: icon(name),
    sizes: `${size}x${size}`,
    type: "image/png",
    purpose,
  });
  return {
    id: "/",
    name: language.words.title,
    short_name: language.words.title,
    description: language.words.description,
    lang: language.tag,
    dir: language.direction,
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: dark,
    theme_color: dark,
    icons: [
      png("icon-192.png", 192, "any"),
      png("icon-512.png", 512, "any"),
      png("icon-maskable-512.png", 512, "maskable"),
      { src: icon("icon.svg"), sizes: "any", type: "image/svg+xml", purpose: "any" },
    ],
  };
}

export function htmlDocument({
  language,
  script,
  style,
  staticParts,
  icon,
}: DocumentParts): string {
  const { tag, direction, words } = language;
  return `<!doctype html>
<html lang="${tag}" dir="${direction}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${light}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="${dark}" media="(prefers-color-scheme: dark)">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${escaped(words.description)}">
<title>${escaped(words.title)}</title>
<link rel="manifest" href="/manifest.webmanifest">
<link rel="icon" href="${icon("icon.svg")}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${icon("apple-touch-icon.png")}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
${staticParts.map((part) => `<link rel="modulepreload" href="${part}">`).join("\n")}
<body>
<div id="app"></div>
<noscript><p>${escaped(words.noScript)}</p></noscript>
</body>
</html>
`;
}

/** A translation may have a quote or an ampersand. */
function escaped(sentence: string): string {
  return sentence.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
