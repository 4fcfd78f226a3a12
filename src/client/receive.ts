/**
 * Takes deliveries: opens each in an operation of its own, keeps what does not open, and acknowledges both alike, so that
 * the relay cannot tell them apart (protocol/README 8; R9, R11, R28).
 */

import { fromBase64 } from '../contract/bytes.ts';
import {
  type AccountId,
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../contract/ids.ts';
import { MAX_BODY_BYTES } from '../contract/limits.ts';
import { type Delivery, MAX_SEQS } from '../contract/relay.ts';
import { say, sentence, t } from '../contract/words.ts';
import { parseEnvelope } from '../protocol/envelope.ts';
import { type ErrorCode, ProtocolError } from '../protocol/errors.ts';
import type { Context } from './context.ts';
import { readConversation, type StoredConversation, writeConversation } from './conversations.ts';
import { refreshPeople } from './directory.ts';
import { loadChain } from './groups/chain.ts';
import { LateMessage, UnknownRoster } from './groups/errors.ts';
import { LATE, UNKNOWN_ROSTER } from './groups/sentences.ts';
import { syncRoster } from './groups/sync.ts';
import { noteUnseen } from './groups/unseen.ts';
import {
  addMessage,
  findMessage,
  freeTime,
  orderOf,
  timeOfArrival,
  UNMARKED,
  updateMessage,
} from './history.ts';
import { dropDelivery, INBOX_KEPT_MS, keepDelivery, listKept } from './inbox.ts';
import { LogBehind } from './log-claims.ts';
import { SplitView } from './log-evidence.ts';
import { keepAndTell, updateLog } from './log-update.ts';
import { planRequest } from './mending.ts';
import { isConsistent, isOpened, openDelivery, UnknownSender } from './open.ts';
import type { Operation } from './operation.ts';
import { findDevice, readPeer } from './peers.ts';
import { refreshConversations } from './resync.ts';
import { NOTICES, OUTDATED_LIST, unopenedSentence } from './sentences.ts';
import { dropSession } from './sessions.ts';
import { Single } from './single.ts';

/** Asking the directory again about the same sender for deliveries that do not open waits for so long. */
const DIRECTORY_PAUSE_MS = 5000;
/** Asking for the same roster again waits for so long; it is also asked for when the server says that it has changed. */
const ROSTER_PAUSE_MS = 5000;
/** Deliveries kept unopened; beyond it the relay sends rubbish, and nothing new is kept. */
const MOST_KEPT = 2000;
/** Characters of the largest body in base64url. */
const BASE64_LIMIT = Math.ceil((MAX_BODY_BYTES * 4) / 3);

/** Whether it is a delivery at all, whatever is in it. */
function isDelivery(delivery: Delivery): boolean {
  const { id, conversation, sender, body } = delivery;
  const named =
    isBodyId(id) &&
    isConversationId(conversation) &&
    isAccountId(sender.account) &&
    isDeviceId(sender.device);
  return named && body.length <= BASE64_LIMIT && isConsistent(delivery);
}

/** Why a delivery stays closed, with a sentence where the code says too little. */
interface Failure {
  readonly code: ErrorCode;
  readonly sentence: string | null;
}
type Outcome = 'opened' | 'known' | Failure;

/** What a delivery may lack before it opens. */
type Question = 'sender' | 'roster' | 'meanwhile' | 'log';

/** Takes deliveries in the order in which it is given them. */
export class Receiver {
  private tail: Promise<void> = Promise.resolve();
  /** How many deliveries wait unopened, as far as this engine has counted. */
  private kept: number | null = null;
  private readonly unacknowledged: number[] = [];
  private readonly acknowledgements = new Single(() => this.acknowledge());
  private readonly askedAt = new Map<AccountId, number>();
  private readonly rostersAskedAt = new Map<ConversationId, number>();

  constructor(private readonly ctx: Context) {}

  /** Takes deliveries one after another, and acknowledges them when they are on the disk. */
  async receive(deliveries: readonly Delivery[]): Promise<void> {
    await this.queue(async () => {
      for (const delivery of deliveries) {
        await this.take(delivery, true);
        this.unacknowledged.push(delivery.seq);
      }
    });
    await this.acknowledgements.run();
  }

  /** What came while one acknowledgement was under way goes with the next. One that is lost comes again with its delivery. */
  private async acknowledge(): Promise<void> {
    while (this.unacknowledged.length > 0) {
      await this.ctx.transport.acknowledge(this.unacknowledged.splice(0, MAX_SEQS)).catch(() => {});
    }
  }

  /** Tries again what did not open; gives up on what has waited for 8 days. */
  retryKept(): Promise<void> {
    return this.queue(async () => {
      this.kept = null;
      for (const { delivery, since } of await listKept(this.ctx.storage)) {
        if (this.ctx.now() - since > INBOX_KEPT_MS) {
          await this.ctx.operate(async (op) => dropDelivery(op, delivery.id));
        } else await this.take(delivery, false);
      }
    });
  }

  private queue(work: () => Promise<void>): Promise<void> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => {});
    return result;
  }

  private async take(delivery: Delivery, isNew: boolean): Promise<void> {
    if (!isDelivery(delivery)) return;
    const outcome = await this.open(delivery, isNew);
    if (outcome === 'opened' || outcome === 'known') return;
    await this.ctx.operate((op) => this.keep(op, delivery, outcome, isNew));
  }

  /** @param asked what was learned for this delivery already: each is asked for once, and one may show the next missing */
  private async open(delivery: Delivery, isNew: boolean, asked: readonly Question[] = []): Promise<Outcome> {
    const again = (question: Question) => this.open(delivery, isNew, [...asked, question]);
    try {
      return await this.ctx.operate(async (op) => {
        if (await isOpened(op, delivery)) {
          if ((await op.get('inbox', delivery.id)) !== null) dropDelivery(op, delivery.id);
          return 'known';
        }
        await openDelivery(op, this.ctx, delivery);
        return 'opened';
      });
    } catch (error) {
      if (error instanceof UnknownSender) {
        if (!asked.includes('sender') && (await this.learn(error.account))) return again('sender');
        return error.isOutdated
          ? { code: 'E_KT', sentence: OUTDATED_LIST }
          : { code: 'E_AUTH', sentence: null };
      }
      if (error instanceof LogBehind) {
        if (asked.includes('log')) return this.split(error.split);
        if (await this.learnLog()) return again('log');
        return { code: 'E_KT', sentence: null };
      }
      if (error instanceof SplitView) return this.split(error);
      if (!(error instanceof ProtocolError)) throw error;
      if (error instanceof UnknownRoster) {
        if (!asked.includes('roster') && (await this.learnRoster(error.conversation, isNew)))
          return again('roster');
        // What one sends oneself may have brought it meanwhile.
        if ((await noteUnseen(this.ctx, error)) && !asked.includes('meanwhile')) return again('meanwhile');
      }
      return { code: error.code, sentence: sentenceOf(error) };
    }
  }

  /**
   * Asks about the members of a conversation; false when that was done just now. One that others began, or another of one's own
   * devices, may be one that this device has not heard of.
   */
  private async learnRoster(id: ConversationId, isNew: boolean): Promise<boolean> {
    const now = this.ctx.now();
    if (now - (this.rostersAskedAt.get(id) ?? 0) < ROSTER_PAUSE_MS) {
      // Once for each message: what the server keeps back is not asked for over and over.
      if (isNew) this.ctx.wakes.inbox(ROSTER_PAUSE_MS);
      return false;
    }
    if (this.rostersAskedAt.size > MOST_KEPT) this.rostersAskedAt.clear();
    this.rostersAskedAt.set(id, now);
    try {
      const known = await readConversation(this.ctx.storage, id);
      if (known?.kind === 'group') return (await syncRoster(this.ctx, id)) === 'changed';
      return (await refreshConversations(this.ctx)).length > 0;
    } catch {
      return false;
    }
  }

  /** Keeps the proof that a sender was shown another log. The message stays closed until the person has looked. */
  private async split({ evidence }: SplitView): Promise<Outcome> {
    await this.ctx.operate(async (op) => {
      const { claim } = evidence;
      const peer = claim && (await readPeer(op, claim.account));
      await keepAndTell(op, evidence, NOTICES.splitClaim(peer?.name ?? t('an unknown person')));
    });
    return { code: 'E_KT', sentence: null };
  }

  /** Asks for the log; false without an answer, and then the message waits for the next one. */
  private async learnLog(): Promise<boolean> {
    try {
      await updateLog(this.ctx);
      return true;
    } catch {
      return false;
    }
  }

  /** Asks the directory about a sender; false when it was asked just now. */
  private async learn(account: AccountId): Promise<boolean> {
    const now = this.ctx.now();
    if (now - (this.askedAt.get(account) ?? 0) < DIRECTORY_PAUSE_MS) {
      this.ctx.wakes.inbox(DIRECTORY_PAUSE_MS);
      return false;
    }
    this.askedAt.set(account, now);
    try {
      await refreshPeople(this.ctx, [account]);
      return true;
    } catch {
      return false;
    }
  }

  private async keep(op: Operation, delivery: Delivery, failure: Failure, isNew: boolean): Promise<void> {
    const { ctx } = this;
    const { code } = failure;
    if (code === 'E_REPLAY') return;
    if (code === 'E_CLONE') await this.dropCloned(op, delivery);
    this.kept ??= (await op.list('inbox', { prefix: '' })).length;
    if (isNew && this.kept >= MOST_KEPT) return;
    if ((await keepDelivery(op, delivery, code, ctx.now())).isNew) this.kept++;
    await planRequest(op, ctx, delivery, code);
    await this.show(op, delivery, failure);
    if (isNew && code === 'E_EQUIV') await this.warn(op, delivery, code, NOTICES.equivocation);
  }

  private async dropCloned(op: Operation, delivery: Delivery): Promise<void> {
    const { sid } = parseEnvelope(fromBase64(delivery.envelope)).header;
    dropSession(op, delivery.sender, sid);
    await this.warn(op, delivery, 'E_CLONE', NOTICES.clone);
  }

  private async warn(op: Operation, delivery: Delivery, code: ErrorCode, words: (name: string) => string) {
    const peer = await readPeer(op, delivery.sender.account);
    op.events.push({ type: 'notice', code, message: words(peer?.name ?? t('an unknown person')) });
  }

  /** A message of a conversation that stays closed for now is shown in its place, with the reason. */
  private async show(op: Operation, delivery: Delivery, failure: Failure): Promise<void> {
    if (delivery.class !== 1) return;
    const { ctx } = this;
    const conversation = await readConversation(op, delivery.conversation);
    if (conversation === null || !(await this.mayStand(op, conversation, delivery))) return;
    const reason = await this.reason(op, delivery, failure);
    const shown = await findMessage(op, delivery.id);
    if (shown !== null) {
      if (shown.kind === 'unreadable' && shown.reason !== say(reason))
        await updateMessage(op, { ...shown, reason });
      return;
    }
    const { device } = delivery.sender;
    const accepted = Math.min(delivery.acceptedAt, ctx.now());
    const arrival = await timeOfArrival(op, delivery.conversation, device, accepted);
    const time = await freeTime(op, delivery.conversation, device, arrival);
    addMessage(op, {
      id: delivery.id,
      conversation: delivery.conversation,
      order: orderOf(time, device, 0),
      sender: delivery.sender,
      mine: delivery.sender.account === ctx.self.account,
      sentAt: time,
      kind: 'unreadable',
      text: '',
      verified: false,
      status: null,
      reason,
      note: null,
      suite: 0,
      ...UNMARKED,
    });
    writeConversation(op, { ...conversation, lastActivity: Math.max(conversation.lastActivity, time) });
  }

  /** Only members leave a place behind that can be seen; in a group also those who were. */
  private async mayStand(
    op: Operation,
    conversation: StoredConversation,
    { sender }: Delivery,
  ): Promise<boolean> {
    if (conversation.members.includes(sender.account)) return true;
    if (conversation.kind === 'direct') return false;
    const chain = await loadChain(op, this.ctx, conversation.id);
    return chain !== null && chain.entryOf(sender.account) !== null;
  }

  private async reason(op: Operation, delivery: Delivery, failure: Failure): Promise<string> {
    const peer = await readPeer(op, delivery.sender.account);
    if (peer?.changed != null) {
      return sentence('{name} has a new identity; messages from it open when you have acknowledged it.', {
        name: peer.name,
      });
    }
    if (peer !== null && findDevice(peer, delivery.sender.device) === null) {
      return sentence(
        'This message is from a device that {name} has not signed for; it opens when they have.',
        { name: peer.name },
      );
    }
    return failure.sentence ?? unopenedSentence(failure.code);
  }
}

function sentenceOf(error: ProtocolError): string | null {
  if (error instanceof LateMessage) return LATE;
  return error instanceof UnknownRoster ? UNKNOWN_ROSTER : null;
}
