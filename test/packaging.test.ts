/** What is handed to those who install Sotto says the same as the code. No container engine runs here: files are read, not built. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { YAML } from 'bun';
import { parseConfig } from '../src/config.ts';

const ROOT = resolve(import.meta.dir, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Instructions of a Dockerfile, continued lines together, in stages. */
function stagesOf(
  text: string,
): { readonly from: string; readonly steps: readonly (readonly [string, string])[] }[] {
  const lines = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const stages: { from: string; steps: [string, string][] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    expect(word).not.toBe('');
    if (word === 'FROM') stages.push({ from: rest, steps: [] });
    else stages.at(-1)?.steps.push([word, rest]);
  }
  return stages;
}

test('the image: pinned bases, the binary alone, not root, a health check that is there, and every file it copies', () => {
  const stages = stagesOf(read('Dockerfile'));
  expect(stages).toHaveLength(2);
  for (const { from } of stages) expect(from).toMatch(/^[\w./-]+:\d+\.\d+[\w.-]*(?: AS \w+)?$/);
  const [build, last] = stages;
  const version = JSON.parse(read('package.json'))
    .devDependencies['@types/bun'].split('.')
    .slice(0, 2)
    .join('.');
  expect(build?.from).toContain(`bun:${version}.`);
  const step = (word: string) => last?.steps.filter(([each]) => each === word).map(([, rest]) => rest) ?? [];
  expect(step('USER')).toEqual(['10001']);
  expect(step('COPY')).toEqual(['--from=build /src/dist/sotto /usr/local/bin/sotto']);
  expect(step('HEALTHCHECK')[0]).toContain('"healthy"');
  expect(read('src/main.ts')).toContain("case 'healthy'");
  expect(step('STOPSIGNAL')).toEqual(['SIGTERM']);
  // What it sets is what serve understands.
  const set = Object.fromEntries(
    step('ENV').flatMap((line) => line.split(' ').map((each) => each.split('='))),
  );
  expect(parseConfig([], set)).toMatchObject({ host: '0.0.0.0', port: 3000, data: '/data' });
  expect(step('VOLUME')).toEqual(['/data']);
  for (const [word, rest] of build?.steps ?? [])
    if (word === 'COPY' && rest !== '. .')
      for (const path of rest.split(' ').slice(0, -1)) expect(existsSync(join(ROOT, path))).toBe(true);
});

test('compose: read-only, without capabilities, reached through this machine alone', () => {
  const { services } = YAML.parse(read('compose.yaml')) as {
    services: Record<string, Record<string, unknown>>;
  };
  expect(services.sotto).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    ports: ['127.0.0.1:3000:3000'],
    volumes: ['data:/data', 'backups:/backups'],
  });
  for (const name of Object.keys(services.sotto?.environment ?? {})) expect(name).toStartWith('SOTTO_');
});

test('systemd takes the service, and finds little that it could do to the machine', () => {
  const unit = read('packaging/sotto.service');
  const keys = unit.split('\n').flatMap((line) => /^([A-Z]\w+)=/.exec(line)?.[1] ?? []);
  for (const key of ['DynamicUser', 'StateDirectory', 'NoNewPrivileges', 'CapabilityBoundingSet'])
    expect(keys).toContain(key);
  expect(unit).toContain('ProtectSystem=strict');
  // It would end the runtime, which compiles while it runs.
  expect(keys).not.toContain('MemoryDenyWriteExecute');
});

test('the guides name commands and files that are there', () => {
  for (const path of ['docs/install.md', 'docs/backup.md', 'docs/scaling.md']) {
    const text = read(path);
    for (const [, command = ''] of text.matchAll(/^ {4}sotto (\w+)/gm))
      expect(read('src/main.ts')).toContain(`case '${command}'`);
    for (const [, file = ''] of text.matchAll(/\((\w+\.md)\)/g))
      expect(existsSync(join(ROOT, 'docs', file))).toBe(true);
  }
});
