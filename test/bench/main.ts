/**
 * `bun run bench`: every figure that has a target, as a table and as JSON, the relay
 * beside its own floor in the same run. Quick by default (about a minute); `--long` measures longer, `--only WORD` one row.
 */
import { parseArgs } from 'node:util';
import { backupCost } from './backup.ts';
import { browserMemory } from './browser-memory.ts';
import { filesCost } from './files.ts';
import { idleMemory } from './idle.ts';
import { latency } from './latency.ts';
import { nodesCost } from './nodes.ts';
import { firstLoad } from './page.ts';
import { screens } from './screens.ts';
import { crowds, sealing } from './seal.ts';
import { searching } from './search.ts';
import { starts } from './start.ts';
import { historyCost, throughput } from './throughput.ts';
import { keptCost } from './wal.ts';

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be, in words. */
  readonly target: string;
}

const { values: flags } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Numbers of nodes, such as 1,2,3: measures these and nothing else. */
    nodes: { type: 'string' },
  },
});
/** A short text in steady state, by people with two devices each; 1 KB is 1,000 bytes. */
const KILOBYTES_UP: Readonly<Record<number, number>> = { 2: 4.5, 10: 7.3, 50: 21.4, 200: 74.2 };
const counts = (flags.nodes ?? '').split(',').map(Number);
if (flags.nodes !== undefined && !counts.every((count) => count >= 1 && count <= 9))
  throw new Error('--nodes takes numbers from 1 to 9, such as 1,2,3.');
const only = flags.nodes === undefined ? flags.only : 'nodes';
const seconds = flags.long ? 15 : 3;
const rows: Row[] = [];
const add = (what: string, value: number, unit: string, target = '') =>
  rows.push({ what, value, unit, target });
const ratio = (part: number, whole: number) => Math.round((part / whole) * 1000) / 1000;

const parts: Readonly<Record<string, () => Promise<void>>> = {
  async pairs() {
    const { sotto, floor } = await throughput({ circles: 50, people: 2, inFlight: 8, seconds });
    add('pairs, floor: delivered', floor.delivered, '/s');
    add('pairs, floor: delivered per server CPU', floor.perCpuSecond, '/CPU-s');
    add('pairs: delivered', sotto.delivered, '/s');
    add('pairs: delivered per server CPU', sotto.perCpuSecond, '/CPU-s', '73,000 (5 x ejabberd)');
    add(
      'pairs: share of the floor',
      ratio(sotto.perCpuSecond, floor.perCpuSecond),
      '',
      '0.25 now, 0.5 later',
    );
  },
  async wal() {
    const { without, kept, bytes } = await keptCost(seconds);
    add('pairs, log not kept: delivered', without.delivered, '/s');
    add('pairs, log not kept: delivered per server CPU', without.perCpuSecond, '/CPU-s');
    add('pairs, log kept: delivered', kept.delivered, '/s');
    add('pairs, log kept: delivered per server CPU', kept.perCpuSecond, '/CPU-s');
    add('pairs, log kept: share of without', ratio(kept.perCpuSecond, without.perCpuSecond), '', '0.8');
    add('log kept: for a delivered message', bytes, 'B');
  },
  async nodes() {
    for (const { what, delivered, perCpuSecond, p50, p99, spent } of await nodesCost(counts, seconds)) {
      add(`${what}: delivered`, delivered, '/s');
      add(`${what}: delivered per CPU of everything`, perCpuSecond, '/CPU-s');
      add(`${what}: CPU of a message, nodes`, spent.nodes, 'us');
      add(`${what}: CPU of a message, database`, spent.database, 'us');
      add(`${what}: CPU of a message, Redis`, spent.redis, 'us');
      add(`${what}, 200/s: p50`, p50, 'ms');
      add(`${what}, 200/s: p99`, p99, 'ms');
    }
  },
  async group() {
    const { sotto, floor } = await throughput({ circles: 1, people: 50, inFlight: 8, seconds });
    add('group of 50, floor: deliveries per server CPU', floor.perCpuSecond, '/CPU-s');
    add('group of 50: deliveries', sotto.delivered, '/s');
    add('group of 50: deliveries per server CPU', sotto.perCpuSecond, '/CPU-s');
    add('group of 50: share of the floor', ratio(sotto.perCpuSecond, floor.perCpuSecond), '', '0.5 later');
  },
  async latency() {
    const { sotto, floor } = await latency({ perSecond: 500, seconds });
    add('500/s, floor: p50', floor.p50, 'ms');
    add('500/s, floor: p99', floor.p99, 'ms');
    add('500/s: p50', sotto.p50, 'ms', '1');
    add('500/s: p99', sotto.p99, 'ms', '4');
  },
  async idle() {
    add('1,000 idle sockets', await idleMemory(), 'MB', '8');
  },
  async start() {
    const { source, binary } = await starts();
    add('from source: first answer', source.ms, 'ms');
    add('from source: idle', source.resident, 'MB');
    if (!binary) return;
    add('binary: first answer', binary.ms, 'ms', '150 now, 100 later');
    add('binary: idle', binary.resident, 'MB', '60');
  },
  async page() {
    const { files, after, ms } = await firstLoad(10_000);
    const kilobytes = (some: typeof files, size: 'bytes' | 'smallest' = 'bytes') =>
      Math.round(some.reduce((sum, file) => sum + file[size], 0) / 100) / 10;
    add('first page: everything, gzip', kilobytes(files), 'KB', '120');
    add('first page: everything, as current browsers get it', kilobytes(files, 'smallest'), 'KB');
    for (const file of files) add(`first page: ${file.path}, gzip`, kilobytes([file]), 'KB');
    add('after it, to send and receive, gzip', kilobytes(after), 'KB', '60');
    add('after it, as current browsers get it', kilobytes(after, 'smallest'), 'KB');
    add('first page: answered in', ms, 'ms', '5');
  },
  async seal() {
    const { bun, chromium } = await sealing();
    for (const [where, work, goals] of [
      ['Bun, noble', bun, ['', '', '']],
      ['Chromium, native', chromium, ['1', '0.6', '2.5 (400 in a second)']],
    ] as const) {
      if (!work) continue;
      add(`${where}: seal for one device`, work.seal, 'ms', goals[0]);
      add(`${where}: open`, work.open, 'ms', goals[1]);
      add(`${where}: first contact with a device`, work.contact, 'ms', goals[2]);
    }
  },
  async people() {
    const sizes = [2, 10, 50, 200];
    const { bun, chromium } = await crowds(sizes);
    for (const [i, people] of sizes.entries()) {
      const what = `${people} people x 2 devices`;
      const bytes = (bun[i]?.bytes ?? Number.NaN) / 1000;
      const most = KILOBYTES_UP[people] ?? 0;
      add(`${what}: bytes up`, bytes, 'KB', `${most}: ${bytes <= most ? 'holds' : 'MISSED'}`);
      for (const [where, work] of [
        ['Bun, noble', bun[i]],
        ['Chromium, native', chromium?.[i]],
      ] as const) {
        if (!work) continue;
        add(`${what}, ${where}: sender`, work.seal, 'ms');
        add(`${what}, ${where}: sender, all have answered`, work.sealAnswered, 'ms');
        add(`${what}, ${where}: receiver`, work.open, 'ms');
        const second = where !== 'Bun, noble' && people === 200 ? '1,000 (one peer stands in for all)' : '';
        add(`${what}, ${where}: first contact with all`, work.contact, 'ms', second);
        const each = Math.round((work.contact / work.devices) * 100) / 100;
        add(`${what}, ${where}: first contact, each of ${work.devices}`, each, 'ms');
      }
    }
  },
  async screens() {
    const seen = await screens();
    if (!seen) return;
    add('Enter to the other screen: p50', seen.p50, 'ms', '100');
    add('Enter to the other screen: p95', seen.p95, 'ms');
  },
  async search() {
    const messages = flags.long ? 1_000_000 : 100_000;
    const { bun, chromium } = await searching(messages);
    for (const [where, work] of [
      ['Bun, SQLite', bun],
      ['Chromium, sealed', chromium],
    ] as const) {
      if (!work) continue;
      const what = `search in ${messages.toLocaleString('en')} messages, ${where}`;
      add(`${what}: building`, work.build, 'ms');
      add(`${what}: index`, Math.round(work.bytes / 100_000) / 10, 'MB');
      add(`${what}: into memory`, work.open, 'ms');
      add(`${what}: p50 of ${work.keys} keys`, work.p50, 'ms', '');
      add(`${what}: p99`, work.p99, 'ms', '100');
    }
  },
  async backup() {
    const messages = flags.long ? 100_000 : 10_000;
    const { save, readable, all, originals, bytes } = await backupCost(messages);
    const what = `history of ${messages.toLocaleString('en')} messages, Bun, SQLite`;
    add(`${what}: saved`, Math.round(save), 'ms');
    add(`${what}: on the server`, Math.round(bytes / 100_000) / 10, 'MB');
    add(`${what}: new device, newest page`, Math.round(readable), 'ms', '2,000');
    add(`${what}: new device, all of it`, Math.round(all), 'ms');
    add(`${what}: new device, its signatures too`, Math.round(originals), 'ms');
  },
  async files() {
    const megabytes = process.env.SOTTO_LONG === '1' || flags.long ? 2048 : 256;
    const cost = await filesCost(megabytes * 1024 * 1024);
    if (!cost) return;
    const what = `file of ${megabytes.toLocaleString('en')} MiB`;
    const rate = (ms: number) => Math.round((megabytes * 1000) / ms);
    const perMiB = (ms: number) => Math.round((ms * 100) / megabytes) / 100;
    add(`${what}, floor: sealed and written`, rate(cost.floor.up), 'MiB/s');
    add(`${what}, floor: read and opened`, rate(cost.floor.down), 'MiB/s');
    add(`${what}: sent`, rate(cost.sotto.up), 'MiB/s');
    add(`${what}: fetched`, rate(cost.sotto.down), 'MiB/s');
    add(`${what}: sent, share of the floor`, ratio(cost.floor.up, cost.sotto.up), '', '0.5');
    add(`${what}: fetched, share of the floor`, ratio(cost.floor.down, cost.sotto.down), '', '0.5');
    add(`${what}: sent, CPU of the device`, perMiB(cost.sotto.deviceCpu), 'ms/MiB');
    add(`${what}: sent, CPU of the server`, perMiB(cost.sotto.serverCpu), 'ms/MiB');
    add(`${what}: memory of the device at most`, Math.round(cost.sotto.peak), 'MB', 'flat');
  },
  async memory() {
    const megabytes = process.env.SOTTO_LONG === '1' || flags.long ? 2048 : 256;
    const held = await browserMemory(megabytes * 1024 * 1024);
    if (!held) return;
    const what = `Chromium, sending ${megabytes.toLocaleString('en')} MiB`;
    add(`${what}: page, before`, held.before, 'MB');
    add(`${what}: page, at most`, held.peak, 'MB', 'flat');
    add(`${what}: all processes, before`, held.allBefore, 'MB');
    add(`${what}: all processes, at most`, held.allPeak, 'MB', 'flat');
    add(`${what}: sent`, Math.round((megabytes * 1000) / held.ms), 'MiB/s');
  },
  async history() {
    const { fresh, old } = await historyCost(flags.long ? 1_000_000 : 100_000, seconds);
    add('one message: CPU, nothing remembered', fresh, 'us');
    add(`one message: CPU, ${flags.long ? '1,000,000' : '100,000'} remembered`, old, 'us', 'flat');
  },
};

for (const [name, part] of Object.entries(parts)) {
  if (only ? only !== name : name === 'nodes') continue;
  process.stderr.write(`${name} ...\n`);
  await part();
}
const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, value, unit, target } of rows)
  console.log(
    `${what.padEnd(width)}  ${value.toLocaleString('en').padStart(10)} ${unit.padEnd(7)}${target ? ` target ${target}` : ''}`,
  );
console.log(JSON.stringify({ bun: Bun.version, cores: navigator.hardwareConcurrency, rows }));
process.exit(0);
