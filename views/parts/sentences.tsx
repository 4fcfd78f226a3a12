/** What is wrong, in sentences: the answer to a form that htmx sent, to be shown beside its field. */
import { say } from '../../src/contract/words.ts';

export function Sentences({ sentences }: { sentences: readonly string[] }) {
  return <span safe>{sentences.map(say).join(' ')}</span>;
}
