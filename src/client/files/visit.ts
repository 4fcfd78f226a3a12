/** What somebody without an account does with a link: opens a shared file, or hands one in. */
import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import { chunksOf, fileId } from '../../contract/files.ts';
import type { FileRequestId, FileRequestOffer, ShareId, ShareOffer } from '../../contract/shares.ts';
import { t } from '../../contract/words.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { fileCommitment } from '../../protocol/file.ts';
import { type FileRequestTarget, openFileRequest, sealHandIn } from '../../protocol/file-request.ts';
import { checkPasswordParameters } from '../../protocol/password.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { LINK_KEY_BYTES, openShare, type ShareSecret, shareProof } from '../../protocol/share.ts';
import type { PasswordHash } from '../ports.ts';
import { fileName } from './name.ts';
import { patiently, type Wait } from './patience.ts';
import type { FileSource, Watch } from './ports.ts';
import { sealedFrom } from './sealed-chunks.ts';
import { FileProblem } from './types.ts';
import { uploadFile } from './upload.ts';
import { type FileView, viewFile } from './view.ts';
import type { VisitFiles, VisitorTransport } from './visitor-transport.ts';

/** What stands in an address: `/s/ID#KEY`, `/r/ID#KEY`. */
export interface VisitedLink<Id> {
  readonly id: Id;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Reads an address; null for one that was not copied whole. */
export function readLink<Id extends string>(
  id: string,
  fragment: string,
  isId: (value: string) => value is Id,
): VisitedLink<Id> | null {
  if (!isId(id) || !/^[A-Za-z0-9_-]{43}$/.test(fragment)) return null;
  const key = fromBase64(fragment);
  return key.length === LINK_KEY_BYTES ? { id, key } : null;
}

const notThisLink = (cause: unknown) =>
  new FileProblem(
    'damaged',
    t(
      'This link does not fit what the server has: it was not copied whole, or was changed. Ask for it again.',
    ),
    { cause },
  );

/**
 * Opens a shared file; counts as a download.
 * @param password as it was typed; not looked at when the link has none
 * @throws TransportRefused for a wrong password, or when the link rests or is over; FileProblem; ProtocolError for a server that asks
 *   for a cheap hash [R16]
 */
export async function visitShare(
  tools: {
    readonly crypto: Crypto;
    readonly transport: Pick<VisitorTransport, 'visitShare'>;
    readonly hash: PasswordHash;
  },
  link: VisitedLink<ShareId>,
  offer: Pick<ShareOffer, 'password'>,
  password: string,
): Promise<{ readonly file: FileView; readonly visit: string }> {
  const asked = offer.password;
  if (asked !== null) checkPasswordParameters(asked);
  const hashed = asked && (await tools.hash(password, { ...asked, salt: fromBase64(asked.salt) }));
  const secret: ShareSecret = { id: fromHex(link.id), key: link.key, password: hashed };
  const proof = hashed && toBase64(shareProof(secret));
  const { visit, file, manifest } = await tools.transport.visitShare(link.id, { proof });
  try {
    const opened = await openShare(tools.crypto, secret, {
      file: fromHex(file),
      sealed: fromBase64(manifest),
    });
    return { file: viewFile(opened), visit };
  } catch (error) {
    if (isProtocolError(error) || error instanceof SyntaxError) throw notThisLink(error);
    throw error;
  }
}

/** Opens a request's offer. @throws FileProblem for another link, or keys that this link was not made for */
export async function visitRequest(
  crypto: Pick<Crypto, 'provider'>,
  link: VisitedLink<FileRequestId>,
  { offer }: Pick<FileRequestOffer, 'offer'>,
): Promise<FileRequestTarget> {
  try {
    return await openFileRequest(crypto, { id: fromHex(link.id), key: link.key }, fromBase64(offer));
  } catch (error) {
    if (isProtocolError(error) || error instanceof SyntaxError) throw notThisLink(error);
    throw error;
  }
}

/** A file of somebody without an account. */
export interface HandedFile {
  readonly source: FileSource;
  readonly name: string;
  /** Sniffed from its first bytes; empty for any other. */
  readonly type: string;
}

export interface HandInTools {
  readonly crypto: Crypto;
  readonly wait: Wait;
  readonly transport: Pick<VisitorTransport, 'begin'> & {
    readonly visiting: (visit: string, size: number) => VisitFiles & Pick<VisitorTransport, 'finish'>;
  };
}

/**
 * Seals a file to the one who asked for it, and stores it. Resolves when it has been handed in.
 * @throws FileProblem with a sentence, AbortError, what the source throws
 */
export async function handIn(
  { crypto, wait, transport }: HandInTools,
  link: Pick<VisitedLink<FileRequestId>, 'id'>,
  target: FileRequestTarget,
  { source, name, type }: HandedFile,
  watch: Watch,
): Promise<void> {
  const { size } = source;
  const signal = watch.signal ?? new AbortController().signal;
  const secret = { key: crypto.random(32), id: crypto.random(16) };
  const id = fileId(secret.id);
  const ask = <T>(call: () => Promise<T>) => patiently(wait, signal, call).catch(notSent);
  const { visit } = await ask(() => transport.begin(link.id, { file: id, size }));
  const calls = transport.visiting(visit, size);
  const { root } = await uploadFile(
    {
      transport: {
        // A visitor may not ask: of a file that has just begun, every chunk is missing.
        record: async () => ({ missing: Array.from({ length: chunksOf(size) }, (_, n) => n) }),
        runs: calls.runs,
        putChunks: (file, first, sealed) => ask(() => calls.putChunks(file, first, sealed, signal)),
      },
      clock: crypto.clock,
    },
    { ...secret, fileId: id, size, known: [], sameSource: true },
    sealedFrom(crypto, { ...secret, size }, source),
    { ...watch, sealed: async () => {} },
  );
  const sealed = await sealHandIn(crypto, target, {
    ...secret,
    name: fileName(name),
    type,
    size,
    root,
    commitment: fileCommitment(secret),
    series: secret.id,
    version: 1,
    previewType: '',
    preview: null,
    width: null,
    height: null,
    duration: null,
    expiresAt: null,
  });
  await ask(() => calls.finish(link.id, id, toBase64(sealed)));
}

/** The sentences of a file that is fetched are about fetching. */
function notSent(error: unknown): never {
  if (!(error instanceof FileProblem)) throw error;
  if (error.kind === 'away')
    throw new FileProblem(
      'away',
      t('The server cannot be reached, so this file was not sent: try again when you are connected.'),
      { cause: error },
    );
  const { cause } = error;
  throw new FileProblem(error.kind, cause instanceof Error ? cause.message : error.message, { cause });
}
