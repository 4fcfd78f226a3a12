/** Conversations as the relay knows them: ids, members and times. Only direct ones so far; their ids are implied. */
import type { Session } from '../auth/sessions.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { ConversationRecord } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';

export interface Conversations {
  /** Those that the account is a member of, latest activity first. */
  list(account: AccountId): Promise<readonly ConversationRecord[]>;
  /** One that the account is a member of; NotFound otherwise, whether or not it exists. */
  find(account: AccountId, id: ConversationId): Promise<ConversationRecord>;
  /**
   * The direct conversation of the session's account with `person`, made when there is none. ValidationError for
   * oneself, NotFound for an unknown account, Forbidden for a disabled one.
   */
  createDirect(session: Session, person: AccountId): Promise<ConversationRecord>;
  /** Members of any conversation, from a bounded cache; null for an unknown one. For the relay's own checks. */
  membersOf(id: ConversationId): Promise<readonly AccountId[] | null>;
}

export function createConversations(_ports: Pick<Ports, 'db' | 'hub' | 'clock'>): Conversations {
  throw new Error('not built yet');
}
