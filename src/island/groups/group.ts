/** The page of a group: who is in it by the signed roster, what it is called, who may come in. */

import type { ConversationView, Engine, EngineEvent, Reader } from '../../client/engine-types.ts';
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { drawAccess } from './access.ts';
import { drawDetails } from './details.ts';
import { draw, field, sentenceOf, takeFocus } from './draw.ts';
import { namesIn } from './people-field.ts';
import { drawPerson } from './person.ts';

/** What the parts of the page work with. */
export interface Tools {
  readonly engine: Engine;
  readonly conversation: ConversationId;
  /** Runs what was asked for and says what came of it, in one sentence. */
  readonly run: (work: () => Promise<unknown>, done: string) => Promise<void>;
}

/** Fills `[data-group]` and keeps it true until it leaves the document. */
export function openGroup(
  place: HTMLElement,
  engine: Engine,
  onEvent: (listener: (event: EngineEvent) => void) => () => void,
): void {
  const conversation = place.dataset.group ?? '';
  if (!isConversationId(conversation)) return;
  const status = find(place, '[data-group-status]');
  const say = (sentence: string, state: string) => {
    status.textContent = sentence;
    status.hidden = sentence === '';
    status.className = `card ${state}`;
  };
  const tools: Tools = {
    engine,
    conversation,
    run: async (work, done) => {
      try {
        await work();
        await show();
        say(done, 'ok');
      } catch (error) {
        say(sentenceOf(error), 'warn');
      }
      takeFocus(status);
    },
  };
  // It stands over what is pressed next.
  place.addEventListener('click', () => say('', ''), { capture: true });
  let drawn = '';
  const show = async () => {
    const known = await engine.conversations();
    const view = known.find(({ id }) => id === conversation);
    if (!view) {
      find(place, '[data-group-people]').replaceChildren();
      return say(t('This device does not know this group yet. It appears as soon as it does.'), '');
    }
    const readers = await engine.readers(conversation);
    const state = JSON.stringify([view.name, view.topic, view.role, view.open, view.writable, readers]);
    if (state === drawn) return;
    if (drawn === '') say('', '');
    drawn = state;
    fill(place, tools, view, readers);
  };
  const stop = onEvent((event) => {
    if (!place.isConnected) stop();
    else if (event.type === 'peer') void show();
    else if (event.type === 'conversation' && event.conversation.id === conversation) void show();
  });
  void show().catch((error) => say(sentenceOf(error), 'warn'));
}

function fill(place: HTMLElement, tools: Tools, view: ConversationView, readers: readonly Reader[]): void {
  const people = find(place, '[data-group-people]');
  const choosing = people.querySelector('select:focus')?.closest('li')?.dataset.account;
  people.replaceChildren(...readers.map((reader) => drawPerson(reader, view.role, tools)));
  if (choosing) people.querySelector<HTMLElement>(`[data-account="${choosing}"] select`)?.focus();
  const mayChange = view.role === 'owner' || view.role === 'admin';
  const add = find(place, '[data-group-add]');
  if (!mayChange) add.replaceChildren();
  else if (!add.hasChildNodes()) add.append(drawAdd(tools));
  drawDetails(find(place, '[data-group-details]'), view, mayChange, tools);
  drawAccess(find(place, '[data-group-access]'), view, readers, tools);
}

function drawAdd({ engine, conversation, run }: Tools): HTMLElement {
  const people = field('add-people', t('Add people'), {
    hint: t('Usernames, with commas between them. They read what is written from now on.'),
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
  });
  const form = draw(
    'form',
    { class: 'stack narrow' },
    people.row,
    draw('button', { class: 'button' }, t('Add')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(async () => {
      const names = namesIn(people.input.value);
      const known = new Map((await engine.people()).map((person) => [person.username, person.account]));
      const accounts = names.map((name) => {
        const account = known.get(name);
        if (!account) throw new Error(t('Nobody here has the username {name}.', { name: name.slice(0, 64) }));
        return account;
      });
      if (accounts.length === 0) throw new Error(t('Enter the username of the person to add.'));
      await engine.addPeople(conversation, accounts);
      form.reset();
    }, t('Added. They can read what is written from now on.'));
  });
  return form;
}

/** A part of the server's frame. Throws Error when the page is not one of ours. */
function find(place: HTMLElement, selector: string): HTMLElement {
  const found = place.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(t('This page is incomplete. Load it again.'));
  return found;
}
