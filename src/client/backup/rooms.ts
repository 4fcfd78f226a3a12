/**
 * What of each room of the storage leaves this device with a backup, or with anything else that an archive carries [R18]. A room or a
 * kind of key that is not named here leaves nothing, and a test asks that it be named.
 */
import type { StoreName } from '../ports.ts';

/** `saved`: what it says is in entries of the archive. `never`: secrets, or nothing that another device could use. */
export type Leaves = 'saved' | 'never';

/** Of a whole room, or by what its keys begin with, up to the first slash. */
export const ROOMS: Readonly<Record<StoreName, Leaves | Readonly<Record<string, Leaves>>>> = {
  // DHK and DIK, the backup's own key: a restored machine is a new device.
  secrets: 'never',
  prekeys: 'never',
  sessions: 'never',
  replay: 'never',
  // What waits to be sent is sealed by this device's sessions, or by none yet.
  outbox: 'never',
  inbox: 'never',
  // Every device verifies the log for itself.
  log: 'never',
  // What is made from the history is made from it again.
  search: 'never',
  files: {
    // Of the history, noted beside it.
    k: 'saved',
    i: 'saved',
    v: 'never',
    // Uploads of this device, sealed chunks, what became of them.
    p: 'never',
    h: 'never',
    d: 'never',
    // What the server is still to be told, and what it said last.
    r: 'never',
    u: 'never',
    x: 'never',
  },
  backup: 'never',
  // Receipts alone, by their name: see archive/choices.ts.
  meta: 'never',
  peers: 'saved',
  conversations: {
    c: 'saved',
    // What was not read here was perhaps read elsewhere.
    u: 'never',
    // Groups that are being made, and signed events of the others, which everybody verifies anew.
    n: 'never',
    r: 'never',
    // Choices that came before their conversation.
    w: 'never',
  },
  history: {
    m: 'saved',
    k: 'saved',
    o: 'saved',
    // Of what this device sent: the same original, with whom it was sealed for.
    s: 'saved',
    // Indexes, and marks that wait for their message.
    i: 'never',
    e: 'never',
    p: 'never',
    q: 'never',
    qa: 'never',
    qn: 'never',
    // What files have brought that this release does not know, and people who are unknown here.
    x: 'never',
    xc: 'never',
    xd: 'never',
    xp: 'never',
    xs: 'never',
    // What was forgotten stays forgotten.
    t: 'never',
  },
};
