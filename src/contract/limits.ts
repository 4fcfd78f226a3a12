/** Every limit that people can meet, by name. Each is enforced where its comment says, and documented in README. */

/** Members of one conversation; the client and the relay check it. */
export const MAX_PEOPLE = 200;
/** Roster events in one answer. */
export const ROSTER_EVENTS_PER_PAGE = 100;
/** Devices that one message is sealed for. */
export const MAX_DEVICES_PER_CONVERSATION = 600;
/** Devices of one person; in the signed device list and on the server. */
export const MAX_DEVICES_PER_PERSON = 5;
/** Passkeys of one person. */
export const MAX_PASSKEYS = 10;
/** Characters of a code that somebody types, with whatever stands between. */
export const MAX_TYPED_CODE = 60;
/** Bytes of one message's content before padding. */
export const MAX_CONTENT_BYTES = 64 * 1024;
/** Bytes of one sealed body at the relay, with some to spare; the exact figure is that of protocol/body-header.ts. */
export const MAX_BODY_BYTES = 80 * 1024;
/** Bytes of one envelope: first contact carries a KEM ciphertext and a Merkle path. */
export const MAX_ENVELOPE_BYTES = 4 * 1024;
/** Bytes of a JSON request that is not a post: registration with a hundred prekeys is the largest. */
export const MAX_REQUEST_BYTES = 512 * 1024;
/** Bytes of one post: a body and the envelopes of 600 devices on first contact. */
export const MAX_POST_BYTES = MAX_BODY_BYTES + MAX_DEVICES_PER_CONVERSATION * MAX_ENVELOPE_BYTES;
/** Bytes of one sender's messages that wait at the relay for devices that are away. */
export const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** The same for everybody together: 16 GiB. */
export const MAX_WAITING_BYTES_OF_ALL = 16 * 1024 * 1024 * 1024;
/** How long the relay keeps what was not fetched, in milliseconds, unless the policy `relayDays` (1 to 30) says otherwise: 7 days. */
export const RELAY_RETENTION_MS = 7 * 24 * 3600 * 1000;
/** One-time prekeys in a batch. */
export const PREKEY_BATCH = 100;
/** A device refills its one-time prekeys below this number. */
export const PREKEY_REFILL_BELOW = 25;
/** One-time prekeys of one target that one requester may claim in a day. */
export const PREKEYS_PER_REQUESTER_PER_DAY = 10;
/** One-time prekeys of one target that everybody together may claim in a day. */
export const PREKEYS_PER_TARGET_PER_DAY = 200;
/** Envelopes in one answer of the relay. */
export const ENVELOPES_PER_PAGE = 100;
/** Leaves of the transparency log in one answer. */
export const LEAVES_PER_PAGE = 500;
/** Characters of a password, at least. */
export const MIN_PASSWORD_LENGTH = 12;
/** Characters of a username, at most; lowercase letters, digits, dot, dash, underscore. */
export const MAX_USERNAME_LENGTH = 32;
/** Characters of a person's or a workspace's name, at most. */
export const MAX_NAME_LENGTH = 64;
/** In no name: lone surrogates, control characters, ends of lines, and characters that turn the direction of text around. */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
export const USERNAME_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/;
