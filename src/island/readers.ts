/** "Who can read this": every person and every device that messages are sealed for, from the lists that were verified here. */
import type { Reader } from '../client/engine-types.ts';
import { isConversationId } from '../contract/ids.ts';
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
  const name = span('reader-name', reader.isSelf ? `${reader.name} (you)` : reader.name);
  if (reader.verified && !reader.isSelf) name.append(verifiedMark());
  if (reader.identityChanged) name.append(span('tag bad', 'new identity'));
  row.append(avatar, name, drawDevices(reader));
  return row;
}

/** How many devices, and on demand which. */
function drawDevices({ devices }: Reader): HTMLElement {
  const box = document.createElement('details');
  box.className = 'reader-devices';
  const summary = document.createElement('summary');
  summary.dataset.devices = '';
  summary.textContent = devices.length === 1 ? '1 device' : `${devices.length} devices`;
  const list = document.createElement('ul');
  list.append(
    ...devices.map(({ device, created, current }) => {
      const row = document.createElement('li');
      const code = document.createElement('code');
      code.textContent = device.slice(0, 8);
      row.append(code, ` since ${dateOf(created)}${current ? ', this one' : ''}`);
      return row;
    }),
  );
  box.append(summary, list);
  return box;
}

function verifiedMark(): HTMLElement {
  const mark = span('verified', '');
  mark.role = 'img';
  mark.ariaLabel = 'Verified';
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
