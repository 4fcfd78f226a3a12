/** Names as this device knows them, for rows and messages; the server's own spelling is only a first guess. */
import type { HistoryMessage, PeerView } from '../client/engine-types.ts';
import { EVERYONE } from '../client/messages/mentions.ts';
import type { AccountId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { engine, onEvent } from './session.ts';

export interface Author {
  readonly name: string;
  /** This reader has compared safety numbers with them. */
  readonly verified: boolean;
}

const known = new Map<AccountId, PeerView>();
/** Their usernames, made when they are asked for. */
let names: ReadonlySet<string> | null = null;
onEvent((event) => {
  if (event.type !== 'peer') return;
  keep(event.peer);
  unknown.delete(event.peer.account);
});

/** Everybody, for names beside what is drawn already; nobody when the server says no, which others tell. */
export async function everybody(): Promise<readonly PeerView[]> {
  return (await engine).people().catch(() => []);
}

/** Learns names before the first of them is needed: a text that mentions somebody is drawn once. */
export async function meetPeople(): Promise<void> {
  for (const peer of await everybody()) keep(peer);
}

/** Those whom the list of people does not have any more, since their account was closed: what they wrote stays theirs. */
async function meetPartners(): Promise<void> {
  for (const { peer } of await (await engine).conversations())
    if (peer && !known.has(peer.account)) keep(peer);
}

function keep(peer: PeerView): void {
  known.set(peer.account, peer);
  names = null;
}

/** Accounts that the engine was asked for and did not know: they are not asked for again with every message. */
const unknown = new Set<AccountId>();

async function personOf(account: AccountId): Promise<PeerView | null> {
  if (!known.has(account) && !unknown.has(account)) {
    await meetPeople();
    if (!known.has(account)) await meetPartners();
    if (!known.has(account)) unknown.add(account);
  }
  return known.get(account) ?? null;
}

/** Who wrote it. Asks the engine once for people it has not met. */
export async function authorOf({ mine, sender }: HistoryMessage): Promise<Author> {
  if (mine) return { name: (await engine).self.name, verified: false };
  const peer = await personOf(sender.account);
  return { name: peer?.name ?? t('Somebody'), verified: peer?.verified ?? false };
}

/** What to call somebody in a sentence of the page. */
export async function nameOf(account: AccountId): Promise<string> {
  const { self } = await engine;
  if (account === self.account) return t('You');
  return (await personOf(account))?.name ?? t('Somebody');
}

/** Usernames that may be mentioned, as far as they are known by now. */
export async function mentionable(): Promise<{
  has(name: string): boolean;
  isSelf(name: string): boolean;
}> {
  const { self } = await engine;
  names ??= new Set([self.username, EVERYONE, ...[...known.values()].map(({ username }) => username)]);
  const all = names;
  return { has: (name) => all.has(name), isSelf: (name) => name === self.username || name === EVERYONE };
}

/** Writes into `[data-peer-username=ACCOUNT]` the name that the log of identities gives this account, whatever the server wrote. */
export async function openUsername(place: HTMLElement): Promise<void> {
  const account = place.dataset.peerUsername;
  const people = await (await engine).people().catch(() => null);
  const found =
    people?.find((peer) => peer.account === account) ??
    (await (await engine).conversations()).find(({ peer }) => peer?.account === account)?.peer;
  const nobody = people === null ? '' : t('The log of identities names nobody here');
  const words = found ? `@${found.username}` : nobody;
  if (place.textContent !== words) place.textContent = words;
}

/** One or two capitals: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
