import ts from "typescript";

export interface FoundText {
  /** 1 for the first */
  readonly line: number;
  readonly text: string;
}

/** Calls whose texts only operators or developers read: log methods, settings problems, errors. */
const operatorCalls =
  /^(.*\blog\.(info|warn|error)|.*#log(\[.*\]|\.\w+)|(reader|this)\.problem|this\.problems\.push|new \w*Error)$/;
/** Properties and variables for operators: reasons in the log, and the help of a metric. */
const operatorNames = new Set(["why", "detail", "help"]);
/** Attributes that hold no text. Every other attribute with words in it is one a person may read. */
const silentAttributes = new Set(["class", "d", "viewBox", "transform", "pattern"]);
/** Attributes that a browser shows or a screen reader reads, so that a single word counts too. */
const readAttributes = new Set(["label", "title", "alt", "placeholder", "aria-label", "hint"]);

/**
 * The texts in a source file that a person could read: string literals and templates of two or more
 * words, one capitalised word with punctuation at its end, and every word between JSX tags.
 */
export function textsForPeople(fileName: string, source: string): readonly FoundText[] {
  const kind = fileName.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true, kind);
  const found: FoundText[] = [];
  visit(file);
  return found;

  function visit(node: ts.Node): void {
    if (isForOperators(node, file) || ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isJsxText(node)) {
      if (/\p{L}/u.test(node.text)) add(node, node.text);
    } else if (ts.isJsxAttribute(node)) {
      visitAttribute(node);
      return;
    } else if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ literal }) => `…${literal.text}`);
      addText(node, node.head.text + spans.join(""));
    } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      addText(node, node.text);
    }
    ts.forEachChild(node, visit);
  }

  function visitAttribute(node: ts.JsxAttribute): void {
    const name = node.name.getText(file);
    if (silentAttributes.has(name)) return;
    const { initializer } = node;
    if (initializer === undefined) return;
    const isWord = ts.isStringLiteral(initializer) && /\p{L}/u.test(initializer.text);
    if (readAttributes.has(name) && isWord) add(initializer, initializer.text);
    else visit(initializer);
  }

  function addText(node: ts.Node, text: string): void {
    const shown = text.replace(/<[^>]*>/g, "\n");
    if (/\p{L} \p{L}/u.test(shown) || /^\p{Lu}\p{Ll}+[.!?…]$/u.test(shown)) add(node, shown);
  }

  function add(node: ts.Node, text: string): void {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    found.push({ line, text: text.trim().replace(/\s+/g, " ") });
  }
}

function isForOperators(node: ts.Node, file: ts.SourceFile): boolean {
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) {
    return operatorNames.has(node.name.getText(file));
  }
  if (ts.isNewExpression(node)) return operatorCalls.test(`new ${node.expression.getText(file)}`);
  return ts.isCallExpression(node) && operatorCalls.test(node.expression.getText(file));
}
