/** What a person is told about groups: one sentence, with what happens next. */
import { sentence, t, type Value } from '../../contract/words.ts';

/** Why nothing is sent in a group. */
export const STOPPED = {
  forked: sentence(
    'The server has shown two different lists of who is in this group, so nothing is sent here any more; both are kept as evidence. Begin a new group, and tell who runs the server.',
  ),
  'rolled back': sentence(
    'The server shows an older list of who is in this group than before, so nothing is sent here; it goes on when the server shows the newer one again.',
  ),
  unverified: sentence(
    'The server shows a change of this group’s members that nobody there has signed, so nothing is sent here; it goes on when the server shows what was signed.',
  ),
  revoked: sentence(
    'The newest change of this group’s members was signed by a device that was removed since, so nothing is sent here until an admin has confirmed it.',
  ),
  unconfirmed: sentence(
    'The server shows a group into which a device has brought you that was removed since; it is shown here when that person’s own device has confirmed it.',
  ),
  stranger: sentence(
    'The server shows a group in which you would be with people whose identities are not the ones known here; it is not shown.',
  ),
} as const;

/** Why a message in a group waits, or never leaves. */
export const GROUP_HELD = {
  gone: sentence('You are not in this group any more, so this message was not sent.'),
  unconfirmed: sentence(
    'You have a new identity here, so the message waits; it is sent when an admin of this group has confirmed it.',
  ),
  suite: sentence('This group needs a newer Sotto, so the message waits; it is sent after an update.'),
  unknown: sentence(
    'This group’s members are not known here yet, so the message waits until the server shows them.',
  ),
  devices: (most: number) =>
    sentence(
      'The people of this group have more than {n} devices by now, so the message waits; it is sent when some of them have removed devices, or an admin has removed people.',
      { n: most },
    ),
  ahead: (name: Value) =>
    sentence(
      '{name} goes by members of this group that the server has not shown here, so nothing is sent; it leaves when the server shows them, or when {name} is not in this group any more.',
      { name },
    ),
} as const;

/** What is thrown: said when it is asked for, in the language of then. */
export const REFUSED = {
  get unknown() {
    return t('This conversation is not a group that this device knows.');
  },
  get gone() {
    return t('You are not in this group any more.');
  },
  get noLead() {
    return t('Only owners and admins of this group can do this.');
  },
  get noOne() {
    return t('This person is not in this group.');
  },
  get busy() {
    return t('Others changed the members at the same time, again and again: try once more.');
  },
  get offline() {
    return t('The server cannot be reached: whether this was done shows when it is back.');
  },
  many: (most: number) => t('A group has {n} people at most: take fewer.', { n: most }),
  devices: (most: number) =>
    t('The people of this group would have more than {n} devices: take fewer people.', { n: most }),
  identity: (name: string) =>
    t('{name} has a new identity: compare the safety number or acknowledge it first.', { name }),
  get unseen() {
    return t('The server shows nobody here by that name whose identity can be checked.');
  },
};

export const STRANGER = (name: string) =>
  t(
    '{name} is in this group with another identity than the one known here, so nothing is sent to them: an admin must confirm the new one.',
    { name },
  );

export const LATE = sentence(
  'This message was written long after its sender was told of other members; it stays closed.',
);
export const UNKNOWN_ROSTER = sentence(
  'This message goes by members that the server has not shown here; it opens when it does.',
);
/** In the place of a line that was shown before it could be opened, and then said nothing new. */
export const SAID_AGAIN = sentence('What this group is called was said again.');
/** Beside a message that was sent before others came or went, and stands below that. */
export const BEFORE_CHANGE = sentence('sent before the change');
