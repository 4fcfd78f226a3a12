/** Uploads that a `listen` carries: what was cut off before it began, and what another command leaves behind when it is killed. */
import type { Device } from './device.ts';
import type { Output } from './output.ts';
import { callOff } from './sending-files.ts';

export class Carrying {
  /** Messages that are being carried, here or in the command that sends them. */
  private readonly known = new Set<string>();
  /** Files of which it was said that they do not go on. */
  private readonly told = new Set<string>();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly device: Device,
    private readonly output: Output,
  ) {}

  /** Looks for what is on its way: whoever sends it holds its lock, and this process waits for that. */
  look(): void {
    this.running = this.running.then(() => this.lookNow()).catch(() => {});
  }

  async settled(): Promise<void> {
    await this.running;
  }

  private async lookNow(): Promise<void> {
    const { home, engine } = this.device;
    const ids = (await home.storage.list('files', { prefix: 'p/' })).map(([key]) => key);
    if (ids.some((id) => !this.known.has(id))) (await engine.files()).resume();
    for (const id of ids) this.known.add(id);
    if (ids.length > 0) await this.tellStuck();
  }

  /** Says once of each file why it does not go on by itself. */
  private async tellStuck(): Promise<void> {
    const files = await this.device.engine.files();
    for (const { files: uploads } of await files.pending())
      for (const { id, name, state, reason } of uploads) {
        if ((state !== 'failed' && state !== 'lost') || this.told.has(id)) continue;
        this.told.add(id);
        await this.output.note(`${name}: ${reason ?? 'it was not sent.'} ${callOff(id)}`);
      }
  }
}
