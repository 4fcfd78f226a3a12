/** `backup`: the encrypted backup of one's history: what it holds, save and fetch now, on and off. */
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { timeOf } from '../output.ts';

const STATES = {
  on: 'History is saved, encrypted.',
  off: 'History is not saved.',
  'no-key': 'This device has no key of the saved history yet: log in again to get it.',
  stopped: 'History is not saved until you say "backup --on": what the server gave cannot be right.',
} as const;

export const backup: Command = async (invocation) => {
  const { isSet, output } = invocation;
  const asked = (['now', 'on', 'off'] as const).filter((name) => isSet(name));
  const [doing] = asked;
  if (asked.length > 1) throw new WrongUse('Say one of --now, --on and --off.');
  await withDevice(invocation, async (device) => {
    const { engine } = device;
    const reached = await synchronise(device);
    if (!reached && doing) throw new Failed('The server cannot be reached. Try again when you are online.');
    if (doing === 'now') await engine.backUpNow().catch(failed);
    else if (doing) await engine.setBackup(doing === 'on').catch(failed);
    await engine.flush();
    const view = await engine.backup();
    const size = `${(view.bytes / 1e6).toFixed(1)} MB of ${(view.limit / 1e6).toFixed(0)} MB`;
    const when = view.savedAt === null ? 'never yet' : timeOf(view.savedAt);
    const figures = `${view.messages} messages, ${size}, last saved ${when}, ${view.waiting} waiting.`;
    const isKept = view.state === 'on' || view.state === 'stopped';
    await output.event('backup', view, isKept ? `${STATES[view.state]} ${figures}` : STATES[view.state]);
    if (view.problem !== null) await output.note(view.problem);
  });
};

function failed(error: unknown): never {
  throw error instanceof Error ? new Failed(error.message) : error;
}
