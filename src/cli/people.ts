/** People and conversations by the names that a command was given. */
import type { ConversationView, Engine, HistoryMessage, PeerView } from '../client/engine-types.ts';
import { type ConversationId, isConversationId } from '../contract/ids.ts';
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
  #conversations: readonly ConversationView[] | null = null;

  constructor(private readonly engine: Engine) {}

  /** The username, or the account's id while nobody has told it. */
  async of({ sender, conversation }: HistoryMessage): Promise<string> {
    const { self } = this.engine;
    if (sender.account === self.account) return self.username;
    return this.#find(sender.account, conversation) ?? (await this.#again(sender.account, conversation));
  }

  async #again(account: string, conversation: ConversationId): Promise<string> {
    this.#conversations = await this.engine.conversations();
    return this.#find(account, conversation) ?? account;
  }

  #find(account: string, conversation: ConversationId): string | null {
    const found = this.#conversations?.find(({ id }) => id === conversation)?.peer;
    return found?.account === account ? found.username : null;
  }
}
