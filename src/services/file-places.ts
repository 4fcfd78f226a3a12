/** In which conversations a file is: whose members may fetch it. */
import type { FileId } from '../contract/files.ts';
import type { ConversationId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/files.ts';
import { type Asker, actorOf, type FileDesk, type FileParts, gone } from './file-desk.ts';

export interface FilePlaces {
  /** By who may fetch it and write there. */
  place(asker: Asker, id: FileId, conversation: ConversationId): Promise<void>;
  /** By who put it there: it stays while somebody else has, too. The file goes with its last place, unless it was begun as a private one. */
  unplace(asker: Asker, id: FileId, conversation: ConversationId): Promise<void>;
}

export function createFilePlaces(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  { audit, bytes, asking, readable, noting, deleteNoted }: FileDesk & Pick<FileParts, 'audit' | 'bytes'>,
): FilePlaces {
  return {
    place: (asker, id, conversation) =>
      noting(asker, 'place', id, async () => {
        const who = await asking(asker);
        await db.write(async (tx) => {
          await readable(tx, who, id);
          if (!(await store.mayWrite(tx, who, conversation))) throw gone();
          const added = await store.insertPlace(
            tx,
            { file: id, conversation, account: asker.account },
            clock(),
          );
          if (added)
            await audit.record(tx, {
              actor: actorOf(asker),
              action: 'file.placed',
              subject: id,
              detail: { conversation },
            });
        });
      }),

    unplace: (asker, id, conversation) =>
      noting(asker, 'unplace', id, async () => {
        const blobs = await db.write(async (tx) => {
          const row = await store.deletePlace(tx, asker.account, id, conversation);
          if (row === null) throw gone();
          await audit.record(tx, {
            actor: actorOf(asker),
            action: 'file.unplaced',
            subject: id,
            detail: { conversation },
          });
          const stays = row.is_private === 1 || (await store.hasPlace(tx, id));
          return stays ? [] : deleteNoted(tx, asker, row);
        });
        await bytes.remove(blobs);
      }),
  };
}
