/** Parcels on a FakeRelay: what an honest server keeps of them, and a knob for one that is not. */
import type { DeviceId } from '../../contract/ids.ts';
import type { ParcelId } from '../../contract/parcels.ts';
import { refused } from './refusals.ts';

interface Kept {
  readonly from: DeviceId;
  readonly to: DeviceId;
  readonly parts: Map<number, Uint8Array>;
}

export class FakeParcels {
  readonly kept = new Map<ParcelId, Kept>();
  readonly knobs = {
    /** What a device is given for a part; null for nothing. */
    part: (_n: number, sealed: Uint8Array): Uint8Array | null => sealed,
  };

  put(
    from: DeviceId,
    {
      id,
      n,
      to,
      sealed,
    }: { readonly id: ParcelId; readonly n: number; readonly to: DeviceId; readonly sealed: Uint8Array },
  ): void {
    const kept = this.kept.get(id) ?? { from, to, parts: new Map() };
    if (kept.from !== from || kept.to !== to) throw refused(404, 'NotFound', 'There is no such history.');
    kept.parts.set(n, sealed.slice());
    this.kept.set(id, kept);
  }

  part(device: DeviceId, id: ParcelId, n: number): Uint8Array {
    const kept = this.kept.get(id);
    const sealed = kept?.to === device ? kept.parts.get(n) : undefined;
    const given = sealed === undefined ? null : this.knobs.part(n, sealed);
    if (given === null) throw refused(404, 'NotFound', 'There is no such history.');
    return given;
  }

  remove(device: DeviceId, id: ParcelId): void {
    const kept = this.kept.get(id);
    if (kept?.to === device || kept?.from === device) this.kept.delete(id);
  }
}
