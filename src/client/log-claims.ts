/**
 * What every content says of the transparency log, held against what this device has replayed: a server that shows two
 * views is caught by ordinary chatting (protocol/README 11, "Transparency"; R37).
 */
import { accountId, bodyId, deviceId } from '../contract/bytes.ts';
import type { Content } from '../protocol/content.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { OpenedBody } from '../protocol/message.ts';
import type { Context } from './context.ts';
import { type Evidence, isSettled, SplitView } from './log-evidence.ts';
import type { Operation } from './operation.ts';

/** The sender has seen more of the log than this device: the log must be asked for before the message can be judged. */
export class LogBehind extends Error {
  override readonly name = 'LogBehind';
  constructor(readonly split: SplitView) {
    super('The sender has seen more of the log.');
  }
}

/**
 * Whether the sender has seen the same log. @throws ProtocolError E_KT when it names none, SplitView when it has seen
 * another one, LogBehind when it has seen more
 */
export async function checkClaim(op: Operation, ctx: Context, opened: OpenedBody): Promise<void> {
  const { ktSize: size, ktRoot: root } = opened.content;
  if (size === 0) throw new ProtocolError('E_KT', 'a message of somebody who has seen no log');
  const { head, log } = ctx.log;
  const isCovered = head !== null && size <= head.size;
  if (isCovered && equalBytes(log.root(size), root)) return;
  const evidence = evidenceOf(ctx, opened);
  if (await isSettled(op, evidence)) return;
  const split = new SplitView(evidence);
  throw isCovered ? split : new LogBehind(split);
}

/** What a content says of the log: the newest head that this device has verified. */
export function seenLog(ctx: Context): Pick<Content, 'ktSize' | 'ktRoot'> {
  const { head } = ctx.log;
  if (head === null) throw new Error('Nothing is sealed before the log was seen.');
  return { ktSize: head.size, ktRoot: head.root };
}

function evidenceOf(
  ctx: Context,
  { header, headerBytes, content, contentBytes, signature }: OpenedBody,
): Evidence {
  return {
    kind: 'claim',
    at: ctx.now(),
    own: ctx.log.head?.signed ?? null,
    size: content.ktSize,
    root: content.ktRoot,
    shown: null,
    leaf: null,
    claim: {
      account: accountId(header.account),
      device: deviceId(header.device),
      body: bodyId(header.bodyId),
      header: headerBytes,
      content: contentBytes,
      signature: signature ?? new Uint8Array(),
    },
    seen: null,
  };
}
