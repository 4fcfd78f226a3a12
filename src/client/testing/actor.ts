/** A device in a play: it dies when its plug is pulled, and is opened again on what its disk held. */
import type { ConversationId } from '../../contract/ids.ts';
import type { EnginePorts } from '../engine.ts';
import { MemoryStorage } from '../memory-storage.ts';
import type { Plug } from './crash.ts';
import type { Client, MadePerson, World } from './world.ts';

export class Actor {
  private current: Client | null = null;
  private plug: Plug | null = null;
  private unwire = () => {};

  constructor(
    private readonly world: World,
    readonly person: MadePerson,
    private readonly index = 0,
    private readonly ports: Partial<EnginePorts> = {},
  ) {}

  private get made() {
    const made = this.person.devices[this.index];
    if (made === undefined) throw new Error('No such device in this world.');
    return made;
  }

  /** The device as it runs now. */
  get client(): Client {
    if (this.current === null) throw new Error('This device is not open.');
    return this.current;
  }

  /** Opens the device, wired to the plug when there is one. */
  async open(plug: Plug | null = null): Promise<void> {
    this.plug = plug;
    this.unwire = plug?.wire(this.world.relay, this.made.device) ?? this.unwire;
    await this.start(plug?.storage(this.made.disk) ?? new MemoryStorage(this.made.disk));
    await this.revive();
  }

  private async start(storage: MemoryStorage): Promise<void> {
    const options = { storage, ports: this.ports };
    this.current = await this.world.open(this.person, this.index, options).catch((error: unknown) => {
      if (this.plug?.dead !== true) throw error;
      return null;
    });
  }

  /** Opens it again when it died. */
  async revive(): Promise<void> {
    if (this.plug?.dead !== true) return;
    this.plug = null;
    this.unwire();
    // An engine whose opening was cut off has no client, and never spoke.
    const { clients } = this.world;
    const old = clients.findIndex(({ device }) => device === this.made.device);
    for (const { line, engine } of old < 0 ? [] : clients.splice(old, 1)) {
      line.disconnect();
      await engine.stop().catch(() => {});
    }
    await this.start(new MemoryStorage(this.made.disk));
  }

  /** Does something; when the plug was pulled meanwhile, once more after the restart. */
  async does(action: (client: Client) => Promise<unknown>): Promise<void> {
    try {
      await action(this.client);
    } catch (error) {
      if (this.plug?.dead !== true) throw error;
      await this.revive();
      await action(this.client);
    }
  }

  /** Writes; what is already in the history after a restart is not written again, as a person would see. */
  async says(id: ConversationId, text: string): Promise<void> {
    await this.does(async ({ engine }) => {
      if (!(await this.reads(id)).includes(text)) await engine.send(id, text);
    });
  }

  /** Every line of the conversation, as it is drawn; one that cannot be opened as the reason. */
  async reads(id: ConversationId): Promise<readonly string[]> {
    const all = await this.client.engine.messages(id, { limit: 100 });
    return all.map(({ text, reason }) => reason ?? text);
  }
}
