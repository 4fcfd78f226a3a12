/**
 * A message's text as a block quote, and back, exactly. A quote ends whatever the text has begun (a list, a code block) before the
 * next message, and no line of it can be taken for front matter. Tags lose their meaning: `<` gets a backslash before it outside
 * of code blocks, and backslashes that stand there already are doubled.
 */

/** What makes HTML of what follows, with the backslashes before it. */
const TAG = /(\\*)<(?=[A-Za-z/!?])/g;
const ESCAPED_TAG = /(\\+)<(?=[A-Za-z/!?])/g;

/** Lines of the quote, each with its mark. */
export function quoteText(text: string): string {
  return mapProse(text.split('\n'), (line) =>
    line.replace(TAG, (_, slashes: string) => `${slashes}${slashes}\\<`),
  )
    .map((line) => `> ${line}\n`)
    .join('');
}

/** The text of lines that begin with `>`. */
export function unquoteText(lines: readonly string[]): string {
  const bare = lines.map((line) => line.replace(/^> ?/, ''));
  return mapProse(bare, (line) =>
    line.replace(ESCAPED_TAG, (_, slashes: string) => `${'\\'.repeat(Math.floor(slashes.length / 2))}<`),
  ).join('\n');
}

/**
 * Changes the lines outside of code blocks. Only a fence at the very beginning of a line opens one here, and every line that
 * could close it does: where readers of Markdown see prose, this does too.
 */
function mapProse(lines: readonly string[], change: (line: string) => string): readonly string[] {
  let fence = '';
  return lines.map((line) => {
    if (fence !== '') {
      const end = line.trim();
      if (end.length >= fence.length && end === (fence[0] ?? '').repeat(end.length)) fence = '';
      return line;
    }
    fence = /^(`{3,})[^`]*$/.exec(line)?.[1] ?? /^(~{3,})/.exec(line)?.[1] ?? '';
    return fence === '' ? change(line) : line;
  });
}
