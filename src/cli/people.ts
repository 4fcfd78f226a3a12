/** People and conversations by the names that a command was given. */
import type { Engine, HistoryMessage, PeerView } from '../client/engine-types.ts';
import { type AccountId, type ConversationId, isConversationId } from '../contract/ids.ts';
import { type Device, synchronise } from './device.ts';
import { Failed, WrongUse } from './failures.ts';

/** The person of this username. A pinned one comes first: the server cannot point a known name at somebody else. */
export async function findPerson({ engine, server }: Device, name: string): Promise<PeerView> {
  const username = name.replace(/^@/, '').toLowerCase();
  const known = (await engine.conversations()).find(({ peer }) => peer?.username === username)?.peer;
  if (known) return known;
  if (username === engine.self.username) throw new Failed('That is you: name somebody else.');
  const found = (await engine.people()).find((person) => person.username === username);
  if (found) return found;
  const reached = await server.transport.workspace().then(
    () => true,
    () => false,
  );
  throw new Failed(
    reached
      ? `There is nobody called "${name}" here.`
      : `The server cannot be reached, and this device does not know "${name}" yet.`,
  );
}

/** What names a conversation: a person, or an id. */
export type Where =
  | { readonly person: string; readonly id: null }
  | { readonly person: null; readonly id: ConversationId };

/** Reads --to or --with, and --conversation. @throws WrongUse unless one of them is there, and well formed */
export function conversationOf(given: {
  readonly person: string | null;
  readonly id: string | null;
  /** How the person's option is called. */
  readonly option: string;
}): Where {
  const { person, id, option } = given;
  if (person !== null && id === null && person !== '') return { person, id };
  if (person !== null || id === null) throw new WrongUse(`Say either --${option} NAME or --conversation ID.`);
  if (!isConversationId(id)) throw new WrongUse(`--conversation takes 64 hexadecimal digits, not "${id}".`);
  return { person, id };
}

/** The conversation that was named. @throws Failed when there is none */
export async function findConversation(device: Device, where: Where): Promise<ConversationId> {
  const { engine } = device;
  // One's own name stands for the notes to oneself.
  if (where.person?.replace(/^@/, '').toLowerCase() === engine.self.username)
    return (await engine.direct(engine.self.account)).id;
  if (where.person !== null)
    return (await engine.direct((await findPerson(device, where.person)).account)).id;
  const has = async () => (await engine.conversations()).some(({ id }) => id === where.id);
  if (await has()) return where.id;
  const reached = await synchronise(device);
  if (await has()) return where.id;
  throw new Failed(
    reached
      ? 'There is no such conversation here.'
      : 'The server cannot be reached, and this device does not know that conversation yet.',
  );
}

/** Usernames of those who write here, looked up once. */
export class Names {
  readonly #known = new Map<AccountId, string>();

  constructor(private readonly engine: Engine) {}

  /** The username, or the account's id while nobody has told it. */
  of(message: HistoryMessage): Promise<string> {
    return this.byAccount(message.sender.account, message);
  }

  /** The same of somebody else who takes part where this message stands. */
  async byAccount(
    account: AccountId,
    { conversation }: Pick<HistoryMessage, 'conversation'>,
  ): Promise<string> {
    const { self } = this.engine;
    if (account === self.account) return self.username;
    if (!this.#known.has(account)) this.#note(await this.engine.readers(conversation));
    // Somebody who has left a group since.
    if (!this.#known.has(account)) this.#note(await this.engine.people().catch(() => []));
    return this.#known.get(account) ?? account;
  }

  #note(people: readonly Pick<PeerView, 'account' | 'username'>[]): void {
    for (const { account, username } of people) this.#known.set(account, username);
  }
}
