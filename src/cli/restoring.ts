/** History that arrives on a new device: fetched at once, with its progress on standard error. */
import type { Invocation } from './command.ts';
import { openDevice, synchronise } from './device.ts';

/** Between two words about progress, in milliseconds. */
const TOLD_EVERY_MS = 2000;

/** Fetches what the backup has. That it cannot be had keeps nobody from being signed in: it comes with the next command. */
export async function restoreHistory({ home, output }: Pick<Invocation, 'home' | 'output'>): Promise<void> {
  const device = await openDevice(home);
  const { engine } = device;
  let toldAt = 0;
  let telling: Promise<void> = Promise.resolve();
  const end = engine.subscribe((event) => {
    if (event.type !== 'backup' || Date.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = Date.now();
    telling = telling.then(async () => {
      const { restoring } = await engine.backup();
      if (restoring !== null && restoring.total > 0)
        await output.note(`Restoring history: ${restoring.done} of ${restoring.total} messages.`);
    });
  });
  try {
    if (!(await synchronise(device))) return;
    await engine.backUpNow();
    await telling;
    const { messages, problem } = await engine.backup();
    if (messages > 0) await output.note(`Your history is here: ${messages} messages.`);
    if (problem !== null) await output.note(problem);
  } catch (error) {
    await output.note(
      `Your history is not all here yet: the next command goes on. ${error instanceof Error ? error.message : ''}`.trim(),
    );
  } finally {
    end();
    await device.close();
  }
}
