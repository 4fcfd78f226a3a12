/** The files of an engine. */
import type { ConversationId } from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import { fileActions } from './actions.ts';
import { localCarrier } from './carrier.ts';
import { listPending, type StoredPending, type StoredUpload } from './pending.ts';
import type { FileCarrier, SourceOf, Uploading } from './ports.ts';
import { type NewFileMessage, prepareMessage } from './sending.ts';
import type { Files, OpenFile, PendingMessage, Upload } from './types.ts';
import { Uploads } from './uploads.ts';
import type { FileView } from './view.ts';

export interface FilePorts {
  /** This thread when it is left out. */
  readonly carrier?: FileCarrier;
  readonly sourceOf?: SourceOf;
  readonly uploading?: Uploading;
}

/** The same, for the engine that ends them. */
export interface EngineFiles extends Files {
  /** Stops what runs; it goes on when it is opened again. */
  end(): void;
}

export function openFiles(ctx: Context, ports: FilePorts): EngineFiles {
  const { timer, crypto } = ctx;
  const carrier = ports.carrier ?? localCarrier({ transport: ctx.transport.files, crypto, timer });
  const uploads = new Uploads(ctx, { ...ports, carrier });
  const view = async (pending: StoredPending): Promise<PendingMessage> => ({
    id: pending.id,
    conversation: pending.conversation,
    text: pending.text,
    replyTo: pending.replyTo,
    createdAt: pending.createdAt,
    files: await Promise.all(pending.files.map((file) => viewUpload(uploads, file))),
  });
  return {
    send: async (conversation: ConversationId, message: NewFileMessage) => {
      const pending = await prepareMessage(ctx, conversation, message);
      await uploads.add(
        pending,
        message.files.map(({ source }) => source),
      );
      return view(pending);
    },
    pending: async (conversation) => {
      const all = await listPending(ctx.storage);
      return Promise.all(
        all.filter((each) => conversation === undefined || each.conversation === conversation).map(view),
      );
    },
    cancel: (id) => uploads.cancel(id),
    retry: (id, source) => uploads.retry(id, source),
    resume: () => uploads.resume(),
    sent: (id) => uploads.sent(id),
    open: (file) => openFile(carrier, file),
    ...fileActions(ctx),
    end: () => uploads.end(),
  };
}

async function viewUpload(uploads: Uploads, file: StoredUpload): Promise<Upload> {
  const { id, name, type, size, hint } = file;
  const known = uploads.states.get(id);
  const state = file.root !== null && known?.state !== 'failed' ? 'done' : (known?.state ?? 'waiting');
  return {
    id,
    name,
    type,
    size,
    hint,
    done: await uploads.doneOf(file),
    state,
    reason: known?.reason ?? null,
  };
}

const openFile = (carrier: FileCarrier, file: FileView): OpenFile => ({
  file,
  read: (from = 0, to = file.size, watch = {}) => carrier.download(file, from, to, watch),
});
