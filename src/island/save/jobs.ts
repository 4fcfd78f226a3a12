/** Saves the files of messages, each once at a time, and says how far it is (job.ts). */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { engine } from '../session.ts';
import { beginJob, endJob, type SaveJob, tellJob } from './job.ts';
import { saveFile } from './save-file.ts';

export async function startSave(file: FileView): Promise<void> {
  const { id, name, size } = file;
  const signal = beginJob(id);
  if (!signal) return;
  let job: SaveJob = { state: 'running', done: 0, reason: '' };
  const change = (to: Partial<SaveJob>) => {
    job = { ...job, ...to };
    tellJob(id, job);
  };
  try {
    const opened = (await (await engine).files()).open(file);
    const isSaved = await saveFile(
      { name, size, read: (from, to, watch) => opened.read(from, to, watch) },
      {
        signal,
        progress: (done) => change({ done }),
        waiting: (reason) => change({ state: reason === null ? 'running' : 'waiting', reason: reason ?? '' }),
      },
    );
    if (isSaved) change({ state: 'done', done: size, reason: '' });
    else tellJob(id, null);
  } catch (error) {
    const isStopped = error instanceof DOMException && error.name === 'AbortError';
    const reason = error instanceof Error ? error.message : t('That did not work. Try again.');
    if (isStopped) tellJob(id, null);
    else change({ state: 'failed', reason });
  } finally {
    endJob(id);
  }
}
