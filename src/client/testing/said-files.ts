/** A file on the relay and a message that says so, without the way that its bytes take: for what becomes of it afterwards. */
import { fileId } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { fileCommitment, fileRoot, sealFileChunk } from '../../protocol/file.ts';
import { sha256 } from '../../protocol/hash.ts';
import { addWords } from '../compose.ts';
import { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { seriesFor } from '../files/versions.ts';
import type { FileView } from '../files/view.ts';
import { loadSelf } from '../open-self.ts';
import { type Client, randomBytes, type World } from './world.ts';

export interface SaidFile {
  readonly file: FileView;
  readonly message: HistoryMessage;
}

/** A context beside the client's engine, over the same storage and line. */
export async function contextOf(
  { crypto, time }: World,
  { storage, line }: Pick<Client, 'storage' | 'line'>,
): Promise<Context> {
  const { self } = await loadSelf(storage, crypto);
  return new Context({ storage, transport: line.transport(), crypto, timer: time.timer }, self);
}

/** Seals a small file for the relay and says it. The message leaves with the next flush. */
export async function sayFile(
  world: World,
  client: Client,
  conversation: ConversationId,
  about: Partial<Pick<FileView, 'name' | 'type' | 'preview' | 'previewType'>> & {
    readonly bytes?: Uint8Array;
    readonly replaces?: FileView['id'];
    readonly text?: string;
  } = {},
): Promise<SaidFile> {
  const ctx = await contextOf(world, client);
  const { bytes = randomBytes(100), replaces = null, text = '', ...named } = about;
  const secret = { key: randomBytes(32), id: randomBytes(16) };
  const id = fileId(secret.id);
  const size = bytes.length;
  const sealed = await sealFileChunk(world.crypto, secret, { size, index: 0 }, bytes);
  const { files } = client.line.transport();
  await files.begin({ id, size, conversation, expiresAt: null });
  await files.putChunks(id, 0, [sealed]);
  await files.complete(id);
  return ctx.operate(async (op) => {
    const file: FileView = {
      id,
      key: secret.key,
      name: 'notes.txt',
      type: '',
      size,
      root: fileRoot([sha256(sealed)]),
      commitment: fileCommitment(secret),
      ...(await seriesFor(op, conversation, id, replaces)),
      previewType: '',
      preview: null,
      width: null,
      height: null,
      duration: null,
      expiresAt: null,
      ...named,
    };
    const message = await addWords(op, ctx, conversation, { text, answers: null, files: [file] });
    return { file, message };
  });
}
