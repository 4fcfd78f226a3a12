/** Files that arrive while `listen` runs, saved before their message is printed: whoever reads that line finds them. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { FileProblem } from '../client/files/types.ts';
import { TransportFailed } from '../client/ports.ts';
import type { FileId } from '../contract/files.ts';
import type { Invocation } from './command.ts';
import { whyNot } from './commands/download.ts';
import type { Device } from './device.ts';
import { plain } from './output.ts';
import { ProgressLine, sizeOf } from './progress.ts';
import { saveFile } from './saving.ts';

/** Milliseconds after which a file that could not be had is asked for again. */
const AGAIN_MS = 5000;
/** How often, when the server is there and does not give it. */
const MOST_TRIES = 12;

export class Receiver {
  private readonly refusals = new Map<FileId, number>();
  private readonly stopping = new AbortController();
  private readonly progress: ProgressLine;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly device: Device,
    private readonly place: {
      readonly folder: string;
      /** Bytes of a file that is saved, at most: what somebody else sends by itself fills no disk. */
      readonly maxSize: number;
    },
    private readonly streams: Pick<Invocation, 'io' | 'output' | 'json'>,
    /** Asks for a message again that was not ready. */
    private readonly again: () => void,
  ) {
    this.progress = new ProgressLine(streams.io, streams.json);
  }

  /**
   * Saves the files of a message. Gives what says so, once the message is printed; null when the server is away, or it was
   * stopped: what is there already is gone on with. A file that cannot be had is told of and passed over.
   */
  save(message: HistoryMessage): Promise<(() => Promise<void>) | null> {
    const work = this.saveAll(message);
    this.running = work.catch(() => {});
    return work;
  }

  /** Resolves when nothing is being saved. */
  async idle(): Promise<void> {
    await this.running;
  }

  stop(): void {
    this.stopping.abort();
  }

  private async saveAll({ id: message, files }: HistoryMessage): Promise<(() => Promise<void>) | null> {
    const { output } = this.streams;
    const { signal } = this.stopping;
    const told: (() => Promise<void>)[] = [];
    const { folder, maxSize } = this.place;
    for (const file of files) {
      if (file.size > maxSize) {
        await output.note(
          `${plain(file.name)}: not saved, for it has ${sizeOf(file.size)}, and --max-size is ${sizeOf(maxSize)}. "download ${file.id} --out DIR" saves it.`,
        );
        continue;
      }
      try {
        const { path, bytes } = await saveFile(this.device, file, folder, {
          signal,
          progress: this.progress,
          isOnce: true,
        });
        const { id, name, type } = file;
        told.push(() =>
          output.event(
            'downloaded',
            { id, message, name, type, path, bytes },
            `${plain(path)}  ${sizeOf(bytes)}`,
          ),
        );
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof FileProblem)) throw error;
        if (this.mayComeLater(file.id, error)) {
          setTimeout(this.again, AGAIN_MS).unref();
          return null;
        }
        await output.note(whyNot(file, error));
      }
    }
    return async () => {
      for (const tell of told) await tell();
    };
  }

  /** Always while nobody answers; a server that answers, and has nothing to give, is asked a while. */
  private mayComeLater(id: FileId, { kind, cause }: FileProblem): boolean {
    if (kind !== 'away') return false;
    if (cause instanceof TransportFailed) return true;
    const tries = (this.refusals.get(id) ?? 0) + 1;
    this.refusals.set(id, tries);
    return tries < MOST_TRIES;
  }
}
