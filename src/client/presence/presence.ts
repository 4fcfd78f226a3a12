/** Takes part in presence: says how things are here, keeps what the server says of others, and one's own choices. */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { type PresenceRecord, TYPING_EVERY_MS, TYPING_SHOWN_MS } from '../../contract/presence.ts';
import type { ServerFrame } from '../../contract/relay.ts';
import { presenceRecords } from '../answers.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import type { EngineEvent } from '../engine-types.ts';
import type { Live } from '../ports.ts';
import { setTypingTold, typingIsTold } from './choices.ts';
import { readStatus, sayStatus, tellStatus } from './status.ts';
import type { Presence, PresenceView } from './types.ts';

/** As many as any workspace has. */
const MOST_PEOPLE = 10_000;

/** Begins to listen; there is one for each engine. */
export function openPresence(ctx: Context, live: Live | null): Presence {
  const people = new Map<AccountId, PresenceView>();
  /** Who writes where, and until when that counts, epoch milliseconds. */
  const writing = new Map<ConversationId, Map<AccountId, number>>();
  /** When this place last said so, by conversation. */
  const saidAt = new Map<ConversationId, number>();
  let active: boolean | null = null;

  const say = () => {
    if (active !== null) live?.say?.({ do: 'presence', state: active ? 'online' : 'away' });
  };

  /** The server answers who takes part with how the others are, and who hides with nothing. */
  let isShown = false;

  /** As others are told of oneself here. */
  const ownView = (): PresenceView | null =>
    active === null || !isShown ? null : { state: active ? 'online' : 'away', at: ctx.now() };

  live?.onEvent((frame) => hear(frame));
  ctx.subscribe((event) => follow(event));

  return {
    setActive(now) {
      if (active === now) return;
      active = now;
      say();
      ctx.emit({ type: 'presence', account: ctx.self.account });
    },
    of: (account) => (account === ctx.self.account ? ownView() : (people.get(account) ?? null)),
    writers: (conversation) => {
      const now = ctx.now();
      const there = [...(writing.get(conversation) ?? [])];
      return there.filter(([, until]) => until > now).map(([account]) => account);
    },
    status: (account) => readStatus(ctx.storage, account, ctx.now()),
    setStatus: async (status) => {
      await ctx.operate((op) => sayStatus(op, ctx, status));
    },
    choices: async () => ({ ...(await ctx.transport.presence()), typing: await typingIsTold(ctx.storage) }),
    async choose({ shown, typing }) {
      if (typing !== undefined) await ctx.operate((op) => setTypingTold(op, ctx, typing));
      const settings = await (shown === undefined
        ? ctx.transport.presence()
        : ctx.transport.choosePresence(shown));
      if (shown === false) forgetAll();
      if (shown === true) say();
      return { ...settings, typing: await typingIsTold(ctx.storage) };
    },
    typing(conversation) {
      const now = ctx.now();
      if (active === null || now - (saidAt.get(conversation) ?? 0) < TYPING_EVERY_MS) return;
      saidAt.set(conversation, now);
      ctx.tasks.run(async () => {
        if (await typingIsTold(ctx.storage)) live?.say?.({ do: 'typing', conversation });
      });
    },
  };

  function hear(frame: ServerFrame): void {
    // A new line: how others are is told again.
    if (frame.event === 'hello') {
      forgetAll();
      say();
    } else if (frame.event === 'presence') takePeople(frame.people);
    else if (frame.event === 'typing') ctx.tasks.run(() => takeWriter(frame.conversation, frame.account));
  }

  /** Nothing shows people whom this device does not know, so of them nothing is shown. */
  function takePeople(said: unknown): void {
    if (!isShown) {
      isShown = true;
      ctx.emit({ type: 'presence', account: ctx.self.account });
    }
    const records = readRecords(said);
    for (const { account, state, at } of records) {
      if (account === ctx.self.account || (people.size >= MOST_PEOPLE && !people.has(account))) continue;
      if (state === 'offline' && at === 0) people.delete(account);
      else people.set(account, { state, at: Math.min(at, ctx.now()) });
      ctx.emit({ type: 'presence', account });
    }
  }

  async function takeWriter(id: ConversationId, account: AccountId): Promise<void> {
    const known = await readConversation(ctx.storage, id);
    if (account === ctx.self.account || known?.members.includes(account) !== true) return;
    const there = writing.get(id) ?? new Map<AccountId, number>();
    writing.set(id, there.set(account, ctx.now() + TYPING_SHOWN_MS));
    ctx.emit({ type: 'typing', conversation: id });
    endLater(id, account);
  }

  /** A task of the same name is not put off: when it comes too early, it looks again. */
  function endLater(id: ConversationId, account: AccountId): void {
    const left = (writing.get(id)?.get(account) ?? 0) - ctx.now();
    if (left <= 0) ctx.emit({ type: 'typing', conversation: id });
    else ctx.tasks.later(`writing/${id}/${account}`, left, async () => endLater(id, account));
  }

  function follow(event: EngineEvent): void {
    if (event.type !== 'message') return;
    const { conversation, sender, mine, kind } = event.message;
    if (writing.get(conversation)?.delete(sender.account)) ctx.emit({ type: 'typing', conversation });
    if (!mine || kind !== 'text') return;
    saidAt.delete(conversation);
    ctx.tasks.run(async () => {
      if ((await readStatus(ctx.storage, ctx.self.account, ctx.now())) === null) return;
      const known = await readConversation(ctx.storage, conversation);
      if (known !== null) await ctx.operate((op) => tellStatus(op, ctx, known.members));
    });
  }

  function forgetAll(): void {
    const known = [...people.keys()];
    people.clear();
    for (const account of known) ctx.emit({ type: 'presence', account });
    isShown = false;
    ctx.emit({ type: 'presence', account: ctx.self.account });
  }
}

/** A page's line hands frames on as they came. */
function readRecords(said: unknown): readonly PresenceRecord[] {
  try {
    return presenceRecords.read(said);
  } catch {
    return [];
  }
}
