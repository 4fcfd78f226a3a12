import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { say } from '../contract/words.ts';
import { type Figures, readFigures } from './figures.ts';
import { warningsOf } from './health-checks.ts';

let app: TestApp;
let figures: Figures;
beforeAll(async () => {
  app = await startApp();
  figures = { ...(await readFigures(app.deps)), disk: { free: 90, total: 100 } };
});
afterAll(() => app.stop());

const DAY_MS = 24 * 3600_000;
const warned = (other: Partial<Figures>) => warningsOf({ ...figures, ...other }).map(({ name }) => name);
const plan = { folder: '/backups', every: DAY_MS, keep: 7 };

test('a server that is well warns of nothing', () => {
  expect(warned({})).toEqual([]);
  expect(warned({ disk: null })).toEqual([]);
});

test('disk, clock, certificate, backups, mail and jobs are warned of, the most pressing first', () => {
  const { at, backups, audit } = figures;
  expect(warned({ disk: { free: 9, total: 100 } })).toEqual(['disk-low']);
  expect(warned({ refused: [{ store: 'database', since: at, reason: 'SQLITE_FULL' }] })).toEqual([
    'database-refuses',
  ]);
  expect(warned({ refused: [{ store: 'files', since: at, reason: 'ENOSPC' }] })).toEqual(['files-refuse']);
  const away = warningsOf({ ...figures, refused: [{ store: 'files', since: at, reason: 'Timeout' }] });
  expect(away.map(({ words }) => say(words))).toEqual([expect.stringContaining('bucket')]);
  expect(warned({ way: 'open' })).toEqual([]);
  expect(warned({ way: 'away' })).toEqual(['redis-away']);
  expect(warned({ audit: { ...audit, newestAt: at + 3_600_000 } })).toEqual(['clock-off']);
  expect(warned({ certificateEnd: at + 15 * DAY_MS })).toEqual([]);
  expect(warned({ certificateEnd: at + 13 * DAY_MS })).toEqual(['certificate-ends']);
  expect(warned({ certificateEnd: at - 1 })).toEqual(['certificate-ends']);
  expect(warned({ mail: { waiting: 1, failing: null } })).toEqual([]);
  expect(warned({ mail: { waiting: 1, failing: 'Nobody answers.' } })).toEqual(['mail-fails']);
  const shipping = {
    to: '/kept',
    until: at - 1000,
    begunAt: at,
    shippedAt: at,
    failing: null,
    bytes: 1,
    failures: 0,
  };
  expect(warned({ shipping })).toEqual([]);
  expect(warned({ shipping: { ...shipping, until: at - 61_000 } })).toEqual(['log-not-kept']);
  expect(warned({ shipping: { ...shipping, failing: 'There is no folder /kept.' } })).toEqual([
    'log-not-kept',
  ]);
  const last = { ok: true, file: 'x', at: at - DAY_MS, took: 1, size: 1, blobs: 0, missing: 0 } as const;
  expect(warned({ backups: { ...backups, plan, last } })).toEqual([]);
  expect(warned({ backups: { ...backups, plan, last: { ...last, at: at - 2 * DAY_MS } } })).toEqual([
    'backup-late',
  ]);
  expect(warned({ startedAt: at - DAY_MS, backups: { ...backups, plan } })).toEqual(['backup-late']);
  const failed = { ok: false, file: 'x', at, took: 1, reason: 'No room.' } as const;
  expect(warned({ backups: { ...backups, last: failed } })).toEqual(['backup-failed']);
  const job = {
    name: 'files',
    every: 1,
    running: false,
    nextAt: null,
    lastAt: at,
    lastMs: 1,
    lastSuccessAt: null,
    node: null,
  };
  expect(warned({ jobs: [{ ...job, lastError: 'No.' }], disk: { free: 1, total: 100 } })).toEqual([
    'disk-low',
    'job-fails',
  ]);
});
