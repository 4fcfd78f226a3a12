/**
 * One's own encrypted backup of history.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/backup | a session with a device | BackupRecord |
 * | PUT /api/v1/backup | a session with a device, a BackupUpdate | 204 |
 * | DELETE /api/v1/backup | a session with a device | 204 |
 * | GET /api/v1/backup/segments/ID | a session with a device | its bytes |
 * | PUT /api/v1/backup/segments/ID | a session with a device, the bytes | 204 |
 */

import { Elysia } from 'elysia';
import {
  type BackupRecord,
  isSegmentId,
  MAX_MANIFEST_BYTES,
  MAX_SEGMENTS,
  SEGMENT_MEDIA_TYPE,
  type SegmentId,
  segmentId,
} from '../contract/backup.ts';
import { PATHS } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';
import { readSealedPart } from './sealed-part.ts';

const ID_BYTES = 16;
const SEGMENT = `${PATHS.backup}/segments/:id` as const;

export const backupRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { backups } = deps.services;
  const enter = async (request: Request) => {
    const session = await guard.withDevice(request);
    deps.limits.take('backupAccount', session.account);
    return session;
  };

  return new Elysia({ name: 'backup-api' })
    .get(PATHS.backup, async ({ request }): Promise<BackupRecord> => backups.read(await enter(request)))
    .put(
      PATHS.backup,
      async ({ request }) => {
        const session = await enter(request);
        const input = await readInput(request);
        const version = input.whole('version', { min: 1, max: Number.MAX_SAFE_INTEGER });
        const manifest = input.bytes('manifest', { min: 1, max: MAX_MANIFEST_BYTES });
        const segments = readSegments(input);
        const on = input.flag('on');
        input.check();
        await backups.update(session, { version, manifest, segments, on });
        return done();
      },
      { parse: 'none' },
    )
    .delete(
      PATHS.backup,
      async ({ request }) => {
        await backups.turnOff(await enter(request));
        return done();
      },
      { parse: 'none' },
    )
    .get(SEGMENT, async ({ request, params }) => {
      const sealed = await backups.segment(await enter(request), idOf(params));
      return new Response(new Uint8Array(sealed), { headers: { 'content-type': SEGMENT_MEDIA_TYPE } });
    })
    .put(
      SEGMENT,
      async ({ request, params }) => {
        const session = await enter(request);
        await backups.putSegment(session, idOf(params), await readSealedPart(request));
        return done();
      },
      { parse: 'none' },
    );
};

const done = () => new Response(null, { status: 204 });

/** What is no id names nothing. */
function idOf({ id }: { readonly id: string }): SegmentId {
  if (!isSegmentId(id)) throw new Refusal('NotFound', 'There is no such part of your history.');
  return id;
}

function readSegments(input: Input): readonly SegmentId[] {
  const joined = input.bytes('segments', { min: 0, max: MAX_SEGMENTS * ID_BYTES });
  if (joined.length % ID_BYTES !== 0) return input.problem('segments', 'These are not all ids.', []);
  return Array.from({ length: joined.length / ID_BYTES }, (_, at) =>
    segmentId(joined.subarray(at * ID_BYTES, (at + 1) * ID_BYTES)),
  );
}
