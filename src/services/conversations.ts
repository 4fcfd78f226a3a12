/** Conversations as the relay knows them: ids, members and times. Groups are made and changed in `rosters.ts`. */

import type { Session } from '../auth/sessions.ts';
import { conversationId, fromHex } from '../contract/bytes.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import type { ConversationRecord } from '../contract/relay.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { directConversationId } from '../protocol/roster.ts';
import { accountById, acquaintancesOf } from '../store/accounts.ts';
import {
  type ConversationWithMembers,
  conversationOf,
  conversationsOf,
  insertDirect,
  type Member,
  membersOf,
} from '../store/conversations.ts';
import type { Audit } from './audit.ts';
import { Recent } from './recent.ts';
import { Refusal } from './refusal.ts';

export interface Conversations {
  /** Those that the account is a member of, latest activity first, then groups that it was in, without members. */
  list(account: AccountId): Promise<readonly ConversationRecord[]>;
  /** One that the account is or was a member of; NotFound otherwise, whether or not it exists. */
  find(account: AccountId, id: ConversationId): Promise<ConversationRecord>;
  /**
   * The direct conversation of the session's account with `person`, made when there is none; with oneself it has one member.
   * NotFound for an unknown account, and for one that a guest shares no conversation with; Forbidden for one that is disabled
   * or takes part in no conversation.
   */
  createDirect(session: Session, person: AccountId): Promise<ConversationRecord>;
  /** Grows with every change of a group's members that this node hears of: what was derived from older ones is void. */
  readonly version: number;
  /** Members of any conversation, from a bounded cache; null for one without any. For the relay's own checks. */
  membersOf(id: ConversationId): Promise<readonly Member[] | null>;
  /** This group has other members now; after the transaction that changed them. */
  forget(id: ConversationId): void;
}

/** Every change of members is told to all nodes, which forget them; the ttl only lets go of those that nobody uses. */
const CACHE = { ttl: 3600_000, max: 10_000 };

export function createConversations(
  { db, hub, clock }: Pick<Ports, 'db' | 'hub' | 'clock'>,
  { audit }: { readonly audit: Pick<Audit, 'record'> },
): Conversations {
  const members = new Recent<ConversationId, readonly Member[]>(clock, CACHE);
  let version = 0;

  const forgetHere = (id: ConversationId) => {
    version++;
    members.forget([id]);
  };
  hub.onNews((news) => {
    if (news.type === 'members') forgetHere(news.conversation);
  });
  hub.onMissed(() => {
    version++;
    members.clear();
  });

  return {
    get version() {
      return version;
    },

    async list(account) {
      return (await conversationsOf(db, account)).map(record);
    },

    async find(account, id) {
      const found = await conversationOf(db, account, id);
      if (!found) throw notFound();
      return record(found);
    },

    async createDirect(session, person) {
      const other = await accountById(db, person);
      const isKnown = person === session.account || may(session.role, 'people.see');
      if (!other || !(isKnown || (await acquaintancesOf(db, session.account)).has(person)))
        throw new Refusal('NotFound', 'There is nobody with this account here. They may have left.');
      const id = conversationId(directConversationId(fromHex(session.account), fromHex(person)));
      const existing = await conversationOf(db, session.account, id);
      if (existing) return record(existing);
      if (other.disabled)
        throw new Refusal(
          'Forbidden',
          sentence('{name} cannot receive messages: the account is disabled.', { name: other.name }),
        );
      if (!may(other.role, 'converse'))
        throw new Refusal(
          'Forbidden',
          sentence('{name} takes part in no conversation.', { name: other.name }),
        );

      const people = [...new Set([session.account, person])].sort();
      const created = await db.write(async (tx) => {
        const isNew = await insertDirect(tx, id, people, clock());
        if (isNew)
          await audit.record(tx, {
            actor: session.account,
            action: 'conversation.made',
            subject: id,
            detail: { kind: 'direct', account: person },
          });
        return isNew;
      });
      if (created) for (const account of people) hub.publish({ type: 'conversation', account, id });
      return this.find(session.account, id);
    },

    async membersOf(id) {
      const known = members.get(id);
      if (known) return known;
      const since = members.generation;
      const found = await membersOf(db, id);
      if (found.length === 0) return null;
      members.put(id, found, since);
      return found;
    },

    forget(id) {
      forgetHere(id);
      hub.tell({ type: 'members', conversation: id });
    },
  };
}

/** The same words whether it does not exist or belongs to others. */
export function notFound(): Refusal {
  return new Refusal('NotFound', 'There is no such conversation among yours.');
}

function record({ id, kind, members, epoch, last_activity }: ConversationWithMembers): ConversationRecord {
  return { id, kind, members, epoch, lastActivity: last_activity };
}
