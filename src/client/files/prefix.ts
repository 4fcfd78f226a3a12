/** How much of a file is already here: what a download that was cut off has left on a disk is not believed, but sealed again and compared. */
import { fromHex } from '../../contract/bytes.ts';
import { CHUNK_BYTES } from '../../contract/files.ts';
import { checkedHashes, fileChunkLength, fileChunks, sealFileChunk } from '../../protocol/file.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { patiently, type Wait } from './patience.ts';
import type { FileSource, FileTransport } from './ports.ts';
import { damaged } from './problems.ts';
import type { FileView } from './view.ts';

export interface PrefixTools extends Pick<Crypto, 'provider'> {
  readonly transport: Pick<FileTransport, 'hashes'>;
  readonly wait: Wait;
}

/**
 * Bytes at the beginning of `part` that are those of the file, in whole chunks. A chunk has one key, one nonce and one text: sealing the
 * right bytes again gives what the server has, and no others do.
 * @throws FileProblem, AbortError
 */
export async function verifiedPrefix(
  { transport, provider, wait }: PrefixTools,
  file: FileView,
  part: FileSource,
  signal: AbortSignal,
): Promise<number> {
  if (part.size < Math.min(CHUNK_BYTES, file.size) || file.size === 0) return 0;
  const secret = { key: file.key, id: fromHex(file.id) };
  const listed = await patiently(wait, signal, () => transport.hashes(file.id));
  const hashes = checked({ ...file, ...secret }, listed);
  let verified = 0;
  for (let index = 0; index < fileChunks(file.size); index++) {
    signal.throwIfAborted();
    const end = verified + fileChunkLength(file.size, index);
    if (end > part.size) break;
    const plaintext = await part.read(verified, end);
    const sealed = await sealFileChunk({ provider }, secret, { size: file.size, index }, plaintext);
    const hash = hashes[index];
    if (hash === undefined || !equalBytes(await provider.sha256(sealed), hash)) break;
    verified = end;
  }
  return verified;
}

function checked(...given: Parameters<typeof checkedHashes>): readonly Uint8Array[] {
  try {
    return checkedHashes(...given);
  } catch (cause) {
    throw damaged(cause);
  }
}
