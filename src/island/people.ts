/** Names as this device knows them, for rows and messages; the server's own spelling is only a first guess. */
import type { HistoryMessage, PeerView } from '../client/engine-types.ts';
import type { AccountId } from '../contract/ids.ts';
import { engine, onEvent } from './session.ts';

export interface Author {
  readonly name: string;
  /** This reader has compared safety numbers with them. */
  readonly verified: boolean;
}

const known = new Map<AccountId, PeerView>();
onEvent((event) => {
  if (event.type === 'peer') known.set(event.peer.account, event.peer);
});

/** Everybody, for names beside what is drawn already; nobody when the server says no, which others tell. */
export async function everybody(): Promise<readonly PeerView[]> {
  return (await engine).people().catch(() => []);
}

/** Who wrote it. Asks the engine once for people it has not met. */
export async function authorOf({ mine, sender }: HistoryMessage): Promise<Author> {
  const client = await engine;
  if (mine) return { name: client.self.name, verified: false };
  if (!known.has(sender.account)) for (const peer of await everybody()) known.set(peer.account, peer);
  const peer = known.get(sender.account);
  return { name: peer?.name ?? 'Somebody', verified: peer?.verified ?? false };
}

/** Writes into `[data-peer-username=ACCOUNT]` the name that the log of identities gives this account, whatever the server wrote. */
export async function openUsername(place: HTMLElement): Promise<void> {
  const account = place.dataset.peerUsername;
  const people = await (await engine).people().catch(() => null);
  const found = people?.find((peer) => peer.account === account);
  const nobody = people === null ? '' : 'The log of identities names nobody here';
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
