/** The dialog that begins a conversation: with one person, or a group whose name is sealed and whose people are signed. */

import type { Engine, PeerView } from '../../client/engine-types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { button, check, draw, field, sentenceOf, shadowOf } from './draw.ts';
import { historyChoice } from './history-choice.ts';
import { completed, matching, namesIn } from './people-field.ts';

const STYLE = `
  :host { display: block; margin-top: var(--s4); }
  .stack, .field { min-width: 0; grid-template-columns: minmax(0, 1fr); }
  .suggestions { display: flex; flex-wrap: wrap; gap: var(--s2); }
  .suggestions:empty { display: none; }
  .open-groups { display: grid; gap: var(--s2); margin-top: var(--s5); }
  .open-groups:empty { display: none; }
  .suggestions button { display: block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
`;
/** Shown at once: more than that is found by typing. */
const MOST_SUGGESTED = 6;
/** A group without a name is called after its people, as many as are read at a glance. */
const MOST_NAMED = 4;

/** Draws the form into its place; `go` opens the conversation that was begun. */
export async function openNewConversation(
  host: HTMLElement,
  engine: Engine,
  go: (id: ConversationId) => void,
): Promise<void> {
  // What was typed while the dialog opened again stays.
  const typed = host.shadowRoot?.querySelector('input')?.value ?? '';
  const root = shadowOf(host, STYLE);
  const people = field('people', t('People'), {
    hint:
      host.dataset.history === undefined
        ? t('The username of somebody whom you share a conversation with.')
        : t('Usernames, with commas between them. One makes a conversation of two, more make a group.'),
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    value: typed,
  });
  const name = field('name', t('Name'), {
    hint: t(
      'For a group; sealed, so the server never sees it. A conversation of two carries the other’s name.',
    ),
    maxlength: '64',
  });
  const open = check(
    t('Open to everybody here'),
    t('Anybody in the workspace may come in. Its name is then known to the server.'),
  );
  const suggestions = draw('div', { class: 'suggestions', role: 'group', 'aria-label': t('Suggestions') });
  const problem = draw('p', { class: 'error', role: 'alert' });
  const progress = draw('p', { class: 'progress', role: 'status' });
  const start = draw('button', { class: 'button primary' }, t('Start'));
  people.row.append(suggestions);
  const history = historyChoice();
  const { history: usual } = host.dataset;
  // Guests begin conversations of two.
  const mayGroup = usual !== undefined;
  if (mayGroup) history.select.value = usual === 'invitation' ? 'fromInvitation' : usual;
  const form = draw(
    'form',
    { class: 'stack' },
    people.row,
    ...(mayGroup ? [name.row, open.row, history.row] : []),
    problem,
    progress,
    start,
  );
  const openGroups = draw('section', { class: 'open-groups' });
  root.replaceChildren(form, openGroups);
  people.input.focus();
  void listOpen(openGroups, engine, go);

  let known: readonly PeerView[] = [];
  const suggest = () => {
    const found = matching(known, people.input.value).slice(0, MOST_SUGGESTED);
    const notes = button(t('Notes to self'), 'button small', goToNotes);
    suggestions.replaceChildren(
      ...(people.input.value.trim() === '' ? [notes] : []),
      ...found.map((person) => {
        const words = `${person.name} @${person.username}`;
        const pick = draw('button', { type: 'button', class: 'button small' }, words);
        pick.addEventListener('click', () => {
          people.input.value = completed(people.input.value, person.username);
          people.input.focus();
          suggest();
        });
        return pick;
      }),
    );
  };
  people.input.addEventListener('input', suggest);
  const goToNotes = async () => {
    const { id } = await engine.direct(engine.self.account);
    form.reset();
    suggest();
    go(id);
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.textContent = '';
    progress.textContent = t('Starting…');
    start.disabled = true;
    try {
      const wanted = name.input.value.trim();
      if (isSelfAlone(engine, people.input.value) && wanted === '') return await goToNotes();
      const chosen = await chosenPeople(engine, people.input.value);
      const alone = chosen.length === 1 && wanted === '' && !open.input.checked;
      const [only] = chosen;
      const view =
        alone && only
          ? await engine.direct(only.account)
          : await engine.createGroup({
              name: wanted || nameAfter(engine.self.name, chosen),
              people: chosen.map(({ account }) => account),
              open: open.input.checked,
              history: history.chosen(),
            });
      form.reset();
      suggest();
      go(view.id);
    } catch (error) {
      problem.textContent = sentenceOf(error);
    } finally {
      progress.textContent = '';
      start.disabled = false;
    }
  });
  known = await engine.people().catch(() => []);
  suggest();
}

/** What anybody may come into; nothing where there is nothing. */
async function listOpen(place: HTMLElement, engine: Engine, go: (id: ConversationId) => void): Promise<void> {
  const groups = await engine.openGroups().catch(() => []);
  if (groups.length === 0) return place.replaceChildren();
  const problem = draw('p', { class: 'error', role: 'alert' });
  const rows = groups.map(({ id, title, members }) => {
    const come = button(t('Come in'), 'button small', async () => {
      try {
        await engine.joinGroup(id);
        go(id);
      } catch (error) {
        problem.textContent = sentenceOf(error);
      }
    });
    come.setAttribute('aria-label', t('Come in: {title}', { title }));
    const people = plural(members, '{n} person', '{n} people');
    const words = draw(
      'span',
      { class: 'list-main' },
      draw('b', {}, title),
      draw('small', { class: 'hint' }, people),
    );
    return draw('li', { class: 'list-row' }, words, come);
  });
  const title = draw('h3', { id: 'open-groups' }, t('Open to everybody here'));
  place.replaceChildren(
    title,
    draw('ul', { class: 'list', 'aria-labelledby': 'open-groups' }, ...rows),
    problem,
  );
}

/** One's own name alone stands for notes to oneself. */
const isSelfAlone = ({ self }: Engine, typed: string): boolean => {
  const names = namesIn(typed);
  return names.length === 1 && names[0] === self.username;
};

/** The people that were named. Throws Error with a sentence for one that nobody has. */
async function chosenPeople(engine: Engine, typed: string): Promise<readonly PeerView[]> {
  const names = namesIn(typed);
  if (names.length === 0) throw new Error(t('Enter the username of the person to write to.'));
  const people = new Map((await engine.people()).map((person) => [person.username, person]));
  return names.map((username) => {
    const person = people.get(username);
    if (person) return person;
    if (username === engine.self.username) throw new Error(t('That is you. Enter the usernames of others.'));
    throw new Error(t('Nobody here has the username {name}.', { name: username.slice(0, 64) }));
  });
}

function nameAfter(self: string, people: readonly PeerView[]): string {
  const names = [self, ...people.map(({ name }) => name)].map((name) => name.split(/\s+/u)[0] ?? name);
  const rest = names.length - MOST_NAMED;
  if (rest <= 0) return names.join(', ');
  return t('{names} and {n} more', { names: names.slice(0, MOST_NAMED).join(', '), n: rest });
}
