/**
 * Every sentence that people read, out of the sources: what is given to the words of `src/contract/words.ts` and
 * `views/parts/words.tsx`, and what the server refuses with. And what is wrong about it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(import.meta.dir, '../..');

export interface Extracted {
  /** English sentences; plurals as `one|other`. Sorted. */
  readonly keys: readonly string[];
  /** Keys of each file, by its path from the root. */
  readonly byFile: ReadonlyMap<string, ReadonlySet<string>>;
  /** `path:line what is wrong`. */
  readonly problems: readonly string[];
}

/** Functions whose first argument is a sentence, by the files they come from. */
const SPEAKERS: Readonly<Record<string, readonly string[]>> = {
  'contract/words.ts': ['t', 'sentence'],
  'parts/words.tsx': ['text', 'markup'],
};
/** Functions whose second and third arguments are the two forms of a plural. */
const COUNTERS = new Set(['plural', 'counted']);
/** Called before a language is set when it stands outside every function. */
const NOW = new Set(['t', 'plural', 'text', 'markup', 'listed', 'say', 'locale']);

/** Where the words themselves are made. */
const WORDS = new Set(['src/contract/words.ts', 'views/parts/words.tsx']);

/** Sources of the product, without their tests. The command line speaks English and has no catalogue. */
function sources(): readonly string[] {
  return ['src', 'views']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name))
    .filter((name) => !/^src\/(?:cli|commands|verify|client\/testing)\//.test(name) && !WORDS.has(name))
    .sort();
}

/** Reads all of the given files. */
export function extract(files: readonly string[] = sources()): Extracted {
  const byFile = new Map<string, Set<string>>();
  const problems: string[] = [];
  for (const file of files) {
    const found = extractFrom(file, readFileSync(join(ROOT, file), 'utf8'));
    if (found.keys.size > 0) byFile.set(file, found.keys);
    problems.push(...found.problems);
  }
  const keys = [...new Set([...byFile.values()].flatMap((each) => [...each]))].sort(byCodePoint);
  return { keys, byFile, problems };
}

/** As `sort` does it: the same on every machine. */
export const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The sentences of one source. */
export function extractFrom(file: string, source: string): { keys: Set<string>; problems: string[] } {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, kind);
  const names = importedWords(tree);
  const keys = new Set<string>();
  const problems: string[] = [];
  const complain = (node: ts.Node, what: string) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    problems.push(`${file}:${line + 1} ${what}`);
  };
  const take = (node: ts.Expression | undefined): string | null => {
    if (node && ts.isStringLiteralLike(node)) return node.text;
    complain(node ?? tree, 'a sentence is written out where it is said');
    return null;
  };

  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && isProse(node.text) && !isInside(node, 'code'))
      complain(node, `bare words: ${node.text.replace(/\s+/g, ' ').trim()}`);
    if (ts.isJsxAttribute(node) && READ.has(node.name.getText()) && node.initializer) {
      if (ts.isStringLiteral(node.initializer) && isProse(node.initializer.text))
        complain(node, `bare words: ${node.getText()}`);
    }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const name = names.get(node.expression.text);
      if (name !== undefined) {
        if (NOW.has(name) && !isInFunction(node)) complain(node, `${name}() before a language is set`);
        if (COUNTERS.has(name)) {
          const one = take(node.arguments[1]);
          const other = take(node.arguments[2]);
          if (one !== null && other !== null) keys.add(`${one}|${other}`);
        } else if (IS_SPEAKER.has(name)) {
          const key = take(node.arguments[0]);
          if (key !== null) keys.add(key);
        }
        if (name === 'markup' && !isMarkup(node.arguments[1]))
          complain(node, 'markup() takes elements alone; data belongs into a safe one');
      }
      if (node.expression.text === 'invalid') for (const text of fieldSentences(node)) keys.add(text);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Refusal') {
      const said = node.arguments?.[1];
      if (said && ts.isStringLiteralLike(said)) keys.add(said.text);
      else if (said && ts.isTemplateExpression(said)) complain(said, 'a refusal with values is a sentence()');
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { keys, problems };
}

const IS_SPEAKER = new Set(Object.values(SPEAKERS).flat());
/** Attributes and properties of views that people read or hear. */
const READ = new Set([
  'aria-label',
  'label',
  'title',
  'lead',
  'heading',
  'hint',
  'placeholder',
  'alt',
  'what',
]);

/** Two letters in a row: not a mark, a number or a space. */
const isProse = (text: string): boolean => /\p{L}{2}/u.test(text);

/** Local names of the words that a file imports, and what they are there. */
function importedWords(tree: ts.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const from = statement.moduleSpecifier.text;
    const isWords = /(?:contract|parts|\.)\/words\.tsx?$/.test(from);
    const bindings = statement.importClause?.namedBindings;
    if (!isWords || !bindings || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements) names.set(name.text, (propertyName ?? name).text);
  }
  return names;
}

/** Literals in the lists of an object of fields: `invalid({ name: ['Give a name.'] })`. */
function fieldSentences(call: ts.CallExpression): string[] {
  const [fields, message] = call.arguments;
  const found = message && ts.isStringLiteralLike(message) ? [message.text] : [];
  const visit = (node: ts.Node): void => {
    if (ts.isArrayLiteralExpression(node))
      for (const each of node.elements) if (ts.isStringLiteralLike(each)) found.push(each.text);
    ts.forEachChild(node, visit);
  };
  if (fields) visit(fields);
  return found;
}

function isMarkup(values: ts.Expression | undefined): boolean {
  return (
    values !== undefined &&
    ts.isObjectLiteralExpression(values) &&
    values.properties.every(
      (each) =>
        ts.isPropertyAssignment(each) &&
        (ts.isJsxElement(each.initializer) || ts.isJsxSelfClosingElement(each.initializer)),
    )
  );
}

function isInFunction(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isFunctionLike(at)) return true;
    // A field of a class is set when an object is made.
    if (
      ts.isPropertyDeclaration(at) &&
      !at.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
    )
      return true;
  }
  return false;
}

function isInside(node: ts.Node, tag: string): boolean {
  for (let at = node.parent; at; at = at.parent)
    if (ts.isJsxElement(at) && at.openingElement.tagName.getText() === tag) return true;
  return false;
}
