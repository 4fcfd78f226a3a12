/** "Who can read this": every person and every device that messages are sealed for, from the lists that were verified here. */

import type { Reader } from '../client/engine-types.ts';
import { isConversationId } from '../contract/ids.ts';
import { plural, t } from '../contract/words.ts';
import { initialsOf } from './people.ts';
import { engine, onEvent } from './session.ts';
import { dateOf } from './times.ts';

/** Keeps `[data-readers=CONVERSATION]` true until it leaves the document. */
export function openReaders(place: HTMLElement): void {
  const id = place.dataset.readers ?? '';
  if (!isConversationId(id)) return;
  const fill = async () => {
    const readers = await (await engine).readers(id);
    if (readers.length > 0) place.replaceChildren(...readers.map(drawReader));
  };
  const stop = onEvent((event) => {
    if (!place.isConnected) stop();
    else if (event.type === 'peer') void fill();
    else if (event.type === 'conversation' && event.conversation.id === id) void fill();
  });
  void fill();
}

function drawReader(reader: Reader): HTMLLIElement {
  const row = document.createElement('li');
  row.dataset.account = reader.account;
  const avatar = span('avatar', initialsOf(reader.name));
  avatar.ariaHidden = 'true';
  const name = span('reader-name', reader.isSelf ? t('{name} (you)', { name: reader.name }) : reader.name);
  if (reader.verified && !reader.isSelf) name.append(verifiedMark());
  if (reader.identityChanged) name.append(span('tag bad', t('new identity')));
  row.append(avatar, name, drawDevices(reader));
  return row;
}

/** How many devices, and on demand which. */
function drawDevices({ devices }: Reader): HTMLElement {
  const box = document.createElement('details');
  box.className = 'reader-devices';
  const summary = document.createElement('summary');
  summary.dataset.devices = '';
  summary.textContent = plural(devices.length, '{n} device', '{n} devices');
  const list = document.createElement('ul');
  list.append(
    ...devices.map(({ device, created, current }) => {
      const row = document.createElement('li');
      const code = document.createElement('code');
      code.textContent = device.slice(0, 8);
      const day = dateOf(created);
      row.append(code, ' ', current ? t('since {day}, this one', { day }) : t('since {day}', { day }));
      return row;
    }),
  );
  box.append(summary, list);
  return box;
}

function verifiedMark(): HTMLElement {
  const mark = span('verified', '');
  mark.role = 'img';
  mark.ariaLabel = t('Verified');
  const icon = span('icon icon-shield', '');
  mark.append(icon);
  return mark;
}

function span(className: string, words: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = words;
  return element;
}
