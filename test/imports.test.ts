/** Who may import whom: the house's rules, read from every import statement in the tree. */
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dir, '..');

/** Room to the rooms it may import, besides itself. `contract` is open to every room. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  contract: [],
  // WebCrypto for the protocol's provider: the browser's and the runtime's.
  native: ['protocol'],
  client: ['protocol'],
  island: ['client', 'native', 'protocol', 'words'],
  cli: ['client', 'native', 'protocol'],
  // The headers alone, which the worker sets over the server's.
  'service-worker': ['http', 'words'],
  // The lists that a served page is held against.
  verify: ['island', 'http'],
  views: [],
  store: ['config', 'realtime', 'blobs', 'ops'],
  realtime: ['config', 'store', 'blobs', 'ops'],
  blobs: ['config', 'store', 'realtime', 'ops'],
  ops: ['config', 'store', 'realtime', 'blobs'],
  services: ['store', 'realtime', 'blobs', 'ops', 'auth', 'native', 'protocol', 'config', 'words'],
  auth: ['store', 'realtime', 'blobs', 'ops', 'services', 'protocol', 'config'],
  http: ['auth', 'services', 'views', 'store', 'ops', 'words'],
  routes: ['http', 'auth', 'services', 'realtime', 'views', 'ops', 'words'],
  words: [],
  app: ['http', 'routes'],
  // What chooses between backends, and `verify`, which signs in as the command line does.
  commands: [
    'app',
    'auth',
    'blobs',
    'cli',
    'client',
    'config',
    'embedded',
    'http',
    'ops',
    'packed-assets',
    'protocol',
    'realtime',
    'services',
    'store',
    'verify',
  ],
  main: ['cli', 'commands', 'config', 'services', 'store'],
};

/** Packages a room may use; the rooms not named here use none but the runtime's own. */
const PACKAGES: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [/^@noble\//],
  client: [],
  contract: [/^@simplewebauthn\/server$/],
  cli: [],
  'service-worker': [],
  verify: [],
  island: [/^htmx\.org/, /^@simplewebauthn\/browser/, /^qr(?:\/|$)/, /^pdfjs-dist(?:\/|$)/],
  views: [/^@kitajs\/html/],
  routes: [/^elysia$/, /^@elysiajs\/openapi\/openapi$/, /^@kitajs\/html/],
  http: [/^elysia$/],
  // One file each (ARCHITECTURE.md names them).
  ops: [
    /^pino$/,
    /^prom-client$/,
    /^@opentelemetry\//,
    /^nodemailer$/,
    /^@peculiar\/x509$/,
    /^acme-client$/,
    /^reflect-metadata$/,
  ],
  // Web Push alone (pushes.ts).
  services: [/^web-push$/],
  auth: [/^lucia$/, /^otpauth$/, /^@simplewebauthn\/server/, /^reflect-metadata$/],
  app: [/^elysia$/],
};

/** What the server may take of the protocol: public decoders, ids and signatures, nothing that seals or opens. */
const SERVER_PROTOCOL = new Set(
  [
    'body-header',
    'certificate',
    'codec',
    'device-list',
    'envelope',
    'errors',
    'hash',
    'identity',
    'link-request',
    'merkle',
    'merkle-log',
    'message',
    'noble',
    'password',
    'ports',
    'prekeys',
    'provider',
    'record',
    'roster',
    'roster-chain',
    'roster-event',
    'suite',
    'transparency',
  ].map((name) => `src/protocol/${name}.ts`),
);
const SERVER_FORBIDDEN_NAMES =
  /\b(?:open|seal)(?:Body|Envelope|Session|Vault|Slot|LocalKey)\b|\bacceptSession\b|\bstartSession\b/;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly names: string;
  readonly typeOnly: boolean;
  /** Asked for when it is needed, long after everything has been loaded. */
  readonly onDemand: boolean;
}

const files = ['src', 'views'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name)),
);

function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const found: Import[] = [];
  const add = (specifier: string, names: string, typeOnly: boolean, onDemand = false) => {
    const from = specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier;
    found.push({ file, from, names, typeOnly, onDemand });
  };
  for (const [, type, names = '', specifier = ''] of source.matchAll(
    /^(?:import|export)\s+(type\s+)?([\w*{][^;'"]*?)\s+from\s+['"]([^'"]+)['"]/gm,
  ))
    add(specifier, names, type !== undefined);
  for (const [, specifier = ''] of source.matchAll(/^import\s+['"]([^'"]+)['"]/gm)) add(specifier, '', false);
  for (const [, specifier = ''] of source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    add(specifier, '', false, true);
  }
  return found;
}

/** `src/store/db.ts` -> store; `views/pages/x.tsx` -> views; `src/app.ts` -> app. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second.replace(/\.ts$/, '') : top;
}

const all = files.flatMap(importsOf);
const inside = (path: string) => path.startsWith('src/') || path.startsWith('views/');

test('the walk finds the house', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(all.some(({ file, from }) => file === 'src/main.ts' && from === 'src/config.ts')).toBe(true);
});

test('rooms import only the rooms they may', () => {
  const wrong = all.filter(({ file, from, typeOnly }) => {
    const room = roomOf(file);
    const allowed = RULES[room];
    if (!allowed || !inside(from)) return false;
    const target = roomOf(from);
    if (target === room || target === 'contract' || allowed.includes(target)) return false;
    // What tests stand their people on.
    if (file.startsWith('src/client/testing/') && target === 'native') return false;
    // The bundle of ports and services that a server room is given: types only.
    return !(target === 'deps' && typeOnly) && !(target === 'assets' && typeOnly);
  });
  expect(wrong.map(({ file, from }) => `${file} -> ${from}`)).toEqual([]);
});

test('rooms use only the packages they may', () => {
  const wrong = all.filter(({ file, from, typeOnly }) => {
    if (inside(from) || from.startsWith('bun:') || from.startsWith('node:') || from === 'bun') return false;
    if (/^(?:public|migrations)\//.test(from)) return false;
    const room = roomOf(file);
    if (['services', 'client', 'island'].includes(room) && typeOnly) return false;
    return !(PACKAGES[room] ?? []).some((pattern) => pattern.test(from));
  });
  expect(wrong.map(({ file, from }) => `${file} -> ${from}`)).toEqual([]);
});

test('what reads hostile PDF files is in no script of a page: only in its worker', () => {
  const takers = (wanted: RegExp) =>
    new Set(all.filter(({ from, typeOnly }) => wanted.test(from) && !typeOnly).map(({ file }) => file));
  expect([...takers(/^pdfjs-dist/)]).toEqual(['src/island/preview/pdf/draw.ts']);
  expect([...takers(/preview\/pdf\/draw\.ts$/)]).toEqual(['src/island/pdf-worker.ts']);
  expect([...takers(/island\/pdf-worker\.ts$/)]).toEqual([]);
});

test('protocol and client touch no runtime, DOM or clock', () => {
  const pure = files.filter((file) => /^src\/(?:protocol|client)\//.test(file));
  const wrong = pure.filter((file) => {
    if (file.startsWith('src/client/testing/')) return false;
    const code = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return /\bDate\.now\(|\bMath\.random\(|\bdocument\.|\bwindow\.|\bBun\.|from 'node:|from 'bun/.test(code);
  });
  expect(wrong).toEqual([]);
});

test('the server never imports the client, the island or anything that decrypts', () => {
  const server = new Set(['app', 'routes', 'services', 'auth', 'http', 'store', 'realtime', 'blobs', 'ops']);
  const wrong = all.filter(({ file, from, names, typeOnly }) => {
    if (!server.has(roomOf(file))) return false;
    if (/^src\/(?:client|island|cli)\//.test(from)) return true;
    if (!from.startsWith('src/protocol/')) return false;
    return SERVER_FORBIDDEN_NAMES.test(names) || (!typeOnly && !SERVER_PROTOCOL.has(from));
  });
  expect(wrong.map(({ file, from }) => `${file} -> ${from}`)).toEqual([]);
});

test('lucia is imported in one file, SQLite in the store and the command line', () => {
  const users = (name: string) => [
    ...new Set(all.filter(({ from }) => from === name).map(({ file }) => file)),
  ];
  expect(users('lucia')).toEqual(['src/auth/lucia.ts']);
  expect(users('bun:sqlite').filter((file) => !/^src\/(?:store|cli)\//.test(file))).toEqual([]);
});

test('no circles', () => {
  const graph = new Map<string, string[]>();
  for (const { file, from, typeOnly, onDemand } of all)
    if (inside(from) && !typeOnly && !onDemand) graph.set(file, [...(graph.get(file) ?? []), from]);
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
