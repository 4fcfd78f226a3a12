/**
 * Reads files of messages, and takes them. Taking goes in batches: each is on the disk before the next is looked at, what is here already
 * is passed by, so a file that stops in the middle can be begun again.
 */
import type { AccountId, BodyId, ConversationId } from '../../contract/ids.ts';
import { sentence, t } from '../../contract/words.ts';
import type { Context } from '../context.ts';
import { directId, ensureDirect, otherOf, readConversation } from '../conversations.ts';
import { displayName } from '../display-text.ts';
import { findKept, orderOf } from '../history.ts';
import type { Operation } from '../operation.ts';
import { applyMessages } from './apply.ts';
import { addExtra, keepCertificate, keepStranger } from './extras.ts';
import { ImportProblem } from './import-problem.ts';
import { Prover, type Verdict } from './import-proof.ts';
import { type FiledMessage, type FiledRecord, openFile } from './import-records.ts';
import type { ArchivedMessage } from './record.ts';
import type { ImportChoice, Imported, Pieces, Preview, Proof } from './types.ts';

/** Messages in one go. */
const BATCH = 100;
const NO_PROOFS: Record<Proof, number> = {
  verified: 0,
  gone: 0,
  stranger: 0,
  elsewhere: 0,
  older: 0,
  none: 0,
};

type Conversation = Extract<FiledRecord, { type: 'conversation' }>;

export async function previewFile(
  ctx: Context,
  file: Pieces,
  { into, progress }: ImportChoice,
): Promise<Preview> {
  const { format, records } = await openFile(file);
  const prover = new Prover(ctx);
  const proofs = { ...NO_PROOFS };
  const conversations = new Map<ConversationId, { name: string | null; messages: number; isHere: boolean }>();
  let [messages, known, passed] = [0, 0, 0];
  let [first, last]: [number | null, number | null] = [null, null];
  let [isWhole, isEnded] = [false, false];
  for await (const record of records) {
    if (record.type === 'export') isWhole = true;
    if (record.type === 'end') isEnded = true;
    if (record.type === 'unknown') passed++;
    if (record.type === 'conversation')
      conversations.set(record.id, { name: record.name, messages: 0, isHere: await isHere(ctx, record) });
    takePeople(prover, record);
    if (record.type !== 'message') continue;
    const { message } = record;
    const { sentAt } = message;
    messages++;
    first = first === null ? sentAt : Math.min(first, sentAt);
    last = last === null ? sentAt : Math.max(last, sentAt);
    const where = conversationOf(message);
    if (where !== null) {
      const entry = conversations.get(where) ?? {
        name: null,
        messages: 0,
        isHere: await isKnown(ctx, where),
      };
      conversations.set(where, { ...entry, messages: entry.messages + 1 });
    }
    if ((await findKept(ctx.storage, message.id)) !== null) known++;
    else proofs[proofIn(into, message, await prover.judge(message))]++;
    progress?.(messages);
  }
  return {
    format,
    messages,
    known,
    proofs,
    first,
    last,
    conversations: [...conversations].map(([id, rest]) => ({ id, ...rest })),
    passed,
    isCut: isWhole && !isEnded,
  };
}

const isKnown = async (ctx: Context, id: ConversationId) =>
  (await readConversation(ctx.storage, id)) !== null;

async function isHere(ctx: Context, { id, isDirect, members }: Conversation): Promise<boolean> {
  return (await isKnown(ctx, id)) || (isDirect && partnerOf(ctx, id, members) !== null);
}

/** The other one of a direct conversation that these two have, oneself of notes; null when it is not theirs. */
function partnerOf(ctx: Context, id: ConversationId, members: readonly AccountId[]): AccountId | null {
  const { account } = ctx.self;
  const other = otherOf({ members }, account);
  return other !== null && members.includes(account) && directId(account, other) === id ? other : null;
}

function takePeople(prover: Prover, record: FiledRecord): void {
  if (record.type === 'person') prover.person(record.person, record.identity);
  if (record.type === 'certificate') prover.certificate(record.record, record.signed);
}

/** Where it was said: by the file, or by the original. */
const conversationOf = ({ conversation, signed }: FiledMessage): ConversationId | null =>
  conversation ?? signed.conversation;

function proofIn(into: ConversationId | null, message: FiledMessage, { proof }: Verdict): Proof {
  const from = conversationOf(message);
  return into !== null && from !== into && proof !== 'none' ? 'elsewhere' : proof;
}

/** @throws ImportProblem */
export async function checkFile(file: Pieces): Promise<number> {
  let messages = 0;
  for await (const { type } of (await openFile(file)).records) if (type === 'message') messages++;
  return messages;
}

/** @throws ImportProblem; whole batches before it are taken */
export async function importFile(ctx: Context, file: Pieces, choice: ImportChoice): Promise<Imported> {
  const taking = new Taking(ctx, choice);
  const { records } = await openFile(file);
  let isCut = false;
  for await (const record of records) {
    // Files of other programs have neither a first nor a last record.
    if (record.type === 'export' || record.type === 'end') isCut = record.type === 'export';
    await taking.take(record);
  }
  await taking.flush();
  return { ...taking.counts, isCut };
}

class Taking {
  readonly counts = { added: 0, known: 0, refused: 0, verified: 0 };
  readonly #prover: Prover;
  readonly #strangers = new Set<AccountId>();
  #batch: FiledMessage[] = [];
  #seen = 0;

  constructor(
    private readonly ctx: Context,
    private readonly choice: ImportChoice,
  ) {
    this.#prover = new Prover(ctx);
  }

  async take(record: FiledRecord): Promise<void> {
    const { ctx, choice } = this;
    takePeople(this.#prover, record);
    if (record.type === 'export') await ctx.operate((op) => addExtra(op, { file: true }, record.extra));
    if (record.type === 'conversation') {
      await ctx.operate(async (op) => {
        const other =
          choice.into === null && record.isDirect ? partnerOf(ctx, record.id, record.members) : null;
        if (other !== null) await ensureDirect(op, record.id, [ctx.self.account, other], 0);
        await addExtra(op, { conversation: record.id }, record.extra);
      });
    }
    if (record.type !== 'message') return;
    this.#batch.push(record.message);
    if (this.#batch.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const { ctx, counts } = this;
    const filed = new Map<BodyId, FiledMessage>();
    const records: ArchivedMessage[] = [];
    const proven = new Set<BodyId>();
    for (const message of this.#batch.splice(0)) {
      const known = filed.has(message.id) ? null : await findKept(ctx.storage, message.id);
      if (filed.has(message.id) || known?.verified === true) counts.known++;
      else {
        filed.set(message.id, message);
        const record = await this.#recordOf(message, proven);
        records.push(record);
      }
      this.#seen++;
    }
    const { added, known, refused, held } = await applyMessages(ctx, records, {
      origin: 'import',
      proven,
      beside: async (op, record) => {
        if (proven.has(record.id)) counts.verified++;
        await this.#keepBeside(op, record, filed.get(record.id));
      },
    });
    counts.added += added;
    counts.known += known;
    counts.refused += refused + held.length;
    this.choice.progress?.(this.#seen);
  }

  async #recordOf(message: FiledMessage, proven: Set<BodyId>): Promise<ArchivedMessage> {
    const { id, sender, line, signed } = message;
    const { into } = this.choice;
    const conversation = into ?? conversationOf(message);
    if (conversation === null)
      throw new ImportProblem(
        t('Line {line}: the file does not say which conversation it belongs to. Choose one for it.', {
          line,
        }),
      );
    const verdict = await this.#prover.judge(message);
    const proof = proofIn(into, message, verdict);
    if (proof === 'verified') proven.add(id);
    const { words } = verdict;
    // What was signed with the words counts, whatever the file says beside them.
    const about = words?.about ?? null;
    const sentAt =
      proof === 'verified' && about !== null ? (words?.opened.content.sentAt ?? 0) : message.sentAt;
    const isKnownSender = (await this.#prover.peer(sender.account)) !== null;
    return {
      id,
      conversation,
      order: message.order ?? orderOf(sentAt, sender.device, 0),
      sender,
      sentAt,
      kind: 'text',
      text: message.text,
      verified: false,
      status: null,
      reason: null,
      note: noteOf(proof, signed.suite, isKnownSender ? '' : this.#nameOf(message)),
      suite: signed.suite,
      replyTo: proof === 'verified' && about !== null ? about.replyTo : message.replyTo,
      editedAt: message.editedAt,
      reactions: [],
      pinned: false,
      expiresAt: null,
      mention: false,
      origin: 'import',
      files: proof === 'verified' && about !== null ? about.files : message.files,
      marks: null,
      original: words === null ? null : signed.original,
    };
  }

  #nameOf({ sender, name }: FiledMessage): string {
    return displayName(this.#prover.personOf(sender.account)?.name ?? name, '');
  }

  async #keepBeside(
    op: Operation,
    { sender }: ArchivedMessage,
    message: FiledMessage | undefined,
  ): Promise<void> {
    if (message === undefined) return;
    await addExtra(op, { message: message.id }, message.extra);
    const person = this.#prover.personOf(sender.account);
    if (person === null || this.#strangers.has(sender.account)) return;
    if ((await this.#prover.peer(sender.account)) !== null) return;
    this.#strangers.add(sender.account);
    keepStranger(op, person);
    for (const each of this.#prover.certificatesOf(sender.account, sender.device)) keepCertificate(op, each);
  }
}

/** What a person must know of it beside that it was imported; kept in no language. */
function noteOf(proof: Proof, suite: number, name: string): string | null {
  if (suite === 1)
    return proof === 'older'
      ? sentence('Older encryption, signed with Ed25519 alone')
      : sentence('Older encryption');
  if (proof === 'gone') return sentence('Signed by a device that its sender has removed');
  if (proof === 'elsewhere') return sentence('From another conversation');
  if (proof === 'stranger') return sentence('Signed by “{name}”, whose identity is not known here', { name });
  return name === '' ? null : sentence('From “{name}”, as the file says', { name });
}
