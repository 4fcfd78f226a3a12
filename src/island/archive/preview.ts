/** What is in a file, before anything of it is taken; then taking it. */
import type { Archive, Imported, Pieces, Preview } from '../../client/archive/types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { button } from '../groups/draw.ts';
import { momentOf } from '../times.ts';

export interface Asked {
  readonly archive: Archive;
  readonly file: File;
  readonly below: HTMLElement;
  /** Null for all of them. */
  readonly into: ConversationId | null;
  readonly say: (words: string) => void;
  readonly act: (work: () => Promise<void>) => () => Promise<void>;
  readonly done: () => void;
}

async function* piecesOf(file: File): Pieces {
  const reader = file
    .stream()
    .pipeThrough(new TextDecoderStream('utf-8', { fatal: true }))
    .getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** Bytes that are no text are the decoder's TypeError. */
async function reading<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof TypeError
      ? new Error(t('This file is not text, so there are no messages in it.'))
      : error;
  }
}

export async function showPreview({ archive, file, below, into, say, act, done }: Asked): Promise<void> {
  const progress = (n: number) => {
    if (n % 100 === 0) say(plural(n, '{n} message looked at', '{n} messages looked at'));
  };
  const preview = await reading(archive.preview(piecesOf(file), { into, progress }));
  say('');
  const take = async () => {
    const imported = await reading(archive.import(piecesOf(file), { into, progress }));
    done();
    say(outcomeOf(imported));
  };
  const fresh = preview.messages - preview.known;
  const buttons = draw('div', { class: 'buttons' });
  if (fresh > 0)
    buttons.append(
      button(plural(fresh, 'Import {n} message', 'Import {n} messages'), 'button primary', act(take)),
    );
  buttons.append(button(t('Cancel'), 'button', done));
  below.replaceChildren(
    draw(
      'div',
      { class: 'card', 'data-preview': '' },
      factsOf(preview),
      ...warningsOf(preview, into),
      buttons,
    ),
  );
  buttons.querySelector('button')?.focus();
}

function factsOf({ messages, known, proofs, first, last }: Preview): HTMLElement {
  const list = draw('dl', { class: 'facts' });
  const fact = (name: string, value: string) => list.append(draw('dt', {}, name), draw('dd', {}, value));
  fact(t('In the file'), plural(messages, '{n} message', '{n} messages'));
  if (first !== null && last !== null)
    fact(t('From'), t('{first} to {last}', { first: momentOf(first), last: momentOf(last) }));
  if (known > 0) fact(t('Here already'), plural(known, '{n} message', '{n} messages'));
  fact(t('Verified'), plural(proofs.verified, '{n} message', '{n} messages'));
  return list;
}

function warningsOf(
  { messages, known, proofs, conversations, isCut }: Preview,
  into: ConversationId | null,
): readonly HTMLElement[] {
  const warnings: string[] = [];
  const rest = messages - known - proofs.verified;
  if (rest > 0)
    warnings.push(
      plural(
        rest,
        '{n} message cannot be verified here: it will be marked.',
        '{n} messages cannot be verified here: they will be marked.',
      ),
    );
  const away = conversations.filter(({ isHere }) => !isHere).length;
  if (into === null && away > 0)
    warnings.push(
      t(
        'Some of it is of conversations that you are not in. Import the file from a conversation’s details to put it there.',
      ),
    );
  if (isCut) warnings.push(t('The file has no end: a part of it is missing.'));
  return warnings.map((words) => draw('p', { class: 'hint' }, words));
}

function outcomeOf({ added, known, refused }: Imported): string {
  const parts = [plural(added, 'Imported: {n} message.', 'Imported: {n} messages.')];
  if (known > 0) parts.push(plural(known, '{n} was here already.', '{n} were here already.'));
  if (refused > 0) parts.push(plural(refused, '{n} was not taken.', '{n} were not taken.'));
  return parts.join(' ');
}
