/** The part of the island that searches: it takes the box over when somebody first goes to it. */
import { conversationsNamed } from '../../client/search/names.ts';
import { writeFilter } from '../../client/search/query.ts';
import { engine } from '../session.ts';
import { SearchPanel } from './panel.ts';
import { wake } from './worker-link.ts';

export { wake };

/** From now on what is typed into the box is searched for. */
export function takeSearchBox(place: HTMLElement, input: HTMLInputElement): void {
  const list = place.closest('.side')?.querySelector<HTMLElement>('nav[data-conversations]');
  if (list) new SearchPanel(input, list).open();
}

/** What is typed to search one conversation alone. */
export async function filterFor(conversation: string): Promise<string> {
  const all = (await (await engine).conversations()).map(({ id, kind, name, peer }) => ({
    id,
    kind,
    name: peer?.name ?? name ?? '',
  }));
  const found = all.find(({ id }) => id === conversation);
  const isOnly = found && conversationsNamed({ conversations: all, people: [] }, found.name).length === 1;
  return writeFilter({ name: 'in', value: found && isOnly ? found.name : conversation });
}
