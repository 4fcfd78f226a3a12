/** One row of a group's people: name, devices, role, and what one may do about it. */

import type { GroupRole, Reader } from '../../client/engine-types.ts';
import { plural, say, sentence, t } from '../../contract/words.ts';
import { button, carefulButton, draw } from './draw.ts';
import type { Tools } from './group.ts';

const ROLES: readonly GroupRole[] = ['owner', 'admin', 'member', 'guest'];
const RANK: Readonly<Record<GroupRole, number>> = { owner: 1, admin: 2, member: 3, guest: 4 };
const WORDS: Readonly<Record<GroupRole, string>> = {
  owner: sentence('Owner'),
  admin: sentence('Admin'),
  member: sentence('Member'),
  guest: sentence('Guest'),
};

const NOW: Readonly<Record<GroupRole, string>> = {
  owner: sentence('an owner'),
  admin: sentence('an admin'),
  member: sentence('a member'),
  guest: sentence('a guest'),
};

/** The row of somebody; `own` is this person's own role, null when they are not in the group. */
export function drawPerson(reader: Reader, own: GroupRole | null, tools: Tools): HTMLLIElement {
  const { engine, conversation, run } = tools;
  const row = draw(
    'li',
    { class: 'list-row person', 'data-account': reader.account },
    draw('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(reader.name)),
    draw('span', { class: 'list-main' }, nameOf(reader), draw('small', { class: 'hint' }, devicesOf(reader))),
  );
  const mayChange = own !== null && RANK[own] <= RANK.admin && !reader.isSelf;
  const role = reader.role ?? 'member';
  const below = own === 'owner' || (own === 'admin' && RANK[role] > RANK.admin);
  const side = draw('span', { class: 'list-side buttons' });
  if (reader.identityChanged && mayChange)
    side.append(
      button(t('Confirm new identity'), 'button small', () =>
        run(
          () => engine.confirmIdentity(conversation, reader.account),
          t('{name} takes part again, with the new identity.', { name: reader.name }),
        ),
      ),
    );
  if (mayChange && below && own) side.append(roleChoice(reader, role, own, tools));
  else side.append(draw('span', { class: 'hint' }, say(WORDS[role])));
  if (!reader.isSelf)
    side.append(draw('a', { class: 'link', href: `/verify/${reader.account}` }, t('Verify')));
  if (mayChange && below)
    side.append(
      carefulButton(t('Remove'), t('Remove {name}?', { name: reader.name }), () =>
        run(
          () => engine.removePerson(conversation, reader.account),
          t('{name} is removed and gets nothing that is written from now on.', { name: reader.name }),
        ),
      ),
    );
  row.append(side);
  return row;
}

function nameOf({ name, username, isSelf, verified, identityChanged }: Reader): HTMLElement {
  const line = draw('span', {}, draw('b', {}, isSelf ? t('{name} (you)', { name }) : name), ` @${username}`);
  if (verified && !isSelf) line.append(draw('span', { class: 'tag' }, t('Verified')));
  if (identityChanged)
    line.append(draw('span', { class: 'tag bad' }, t('New identity: gets nothing until it is confirmed')));
  return line;
}

const devicesOf = ({ devices }: Reader): string => plural(devices.length, '{n} device', '{n} devices');

function roleChoice(reader: Reader, role: GroupRole, own: GroupRole, { engine, conversation, run }: Tools) {
  const select = draw('select', {
    class: 'choice',
    'aria-label': t('Role of {name}', { name: reader.name }),
  });
  for (const each of ROLES)
    if (RANK[each] >= RANK[own])
      select.append(draw('option', { value: each, selected: each === role }, say(WORDS[each])));
  select.addEventListener('change', () => {
    const wanted = ROLES.find((each) => each === select.value);
    if (wanted)
      void run(
        () => engine.setRole(conversation, reader.account, wanted),
        t('{name} is {role} now.', { name: reader.name, role: { say: NOW[wanted] } }),
      );
  });
  return select;
}

/** One or two capitals: of the first and the last word. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const last = words.length > 1 ? words.at(-1) : '';
  return [words[0], last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
