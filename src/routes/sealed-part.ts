/** Reads a sealed part of a history: a segment of a backup, a part of a parcel. */
import { SEGMENT_MEDIA_TYPE } from '../contract/backup.ts';
import { MAX_PART_BYTES } from '../contract/parcels.ts';
import { sentence } from '../contract/words.ts';
import { Refusal } from '../services/refusal.ts';

/** At most 1 MiB; what says that it is longer is not read at all. @throws Refusal for anything else */
export async function readSealedPart(request: Request): Promise<Uint8Array> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== SEGMENT_MEDIA_TYPE)
    throw new Refusal(
      'UnsupportedMediaType',
      sentence('A part of a history is sent as {type}.', { type: SEGMENT_MEDIA_TYPE }),
    );
  const tooLarge = () => new Refusal('TooLarge', 'A part of a history has 1 MiB at most.');
  if (Number(request.headers.get('content-length') ?? 0) > MAX_PART_BYTES) throw tooLarge();
  const sealed = await request.bytes();
  if (sealed.length > MAX_PART_BYTES) throw tooLarge();
  if (sealed.length === 0) throw new Refusal('ValidationError', 'A part of a history is not empty.');
  return sealed;
}
