import { expect, test } from 'bun:test';
import { pack, unpack } from './pack.ts';
import { nameByContents, plainName, staticImports } from './served-names.ts';

const read = (files: ReadonlyMap<string, Uint8Array>) =>
  new Map([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
/** A page, a part that it imports on demand, and what both share; page and part name each other. */
const scripts = (part: string) =>
  new Map([
    ['island.js', 'import{a}from"./island-1.js";import("./groups.js");'],
    ['groups.js', `import{a}from"./island-1.js";import{b}from"./island.js";${part}`],
    ['island-1.js', 'export const a=1;'],
    ['door.js', 'import"./door-1.js";'],
    ['door-1.js', '"./elsewhere.js"'],
  ]);

test('a name changes with the bytes, and with the bytes of what is led to', () => {
  const before = read(nameByContents(scripts('b()')));
  const after = read(nameByContents(scripts('b(1)')));
  const changed = [...after.keys()].filter((name) => !before.has(name)).map(plainName);
  expect(changed).toEqual(['island.js', 'groups.js']);
  for (const [name, text] of before) if (after.has(name)) expect(after.get(name)).toBe(text);
});

test('scripts import each other by the names they are served under, and nothing else is touched', () => {
  const served = read(nameByContents(scripts('b()')));
  const names = new Map([...served.keys()].map((name) => [plainName(name), name]));
  expect([...names.keys()]).toEqual(['island.js', 'groups.js', 'island-1.js', 'door.js', 'door-1.js']);
  for (const name of served.keys()) expect(name).toMatch(/^[a-z0-9-]+\.[0-9a-f]{12}\.js$/);
  expect(served.get(names.get('island.js') ?? '')).toBe(
    `import{a}from"./${names.get('island-1.js')}";import("./${names.get('groups.js')}");`,
  );
  expect(served.get(names.get('door-1.js') ?? '')).toBe('"./elsewhere.js"');
});

test('a script that imports what is not there is refused', () => {
  expect(() => nameByContents(new Map([['a.js', 'import{b}from"./b.js";']]))).toThrow('b.js');
});

test('names that were given are given again', () => {
  const served = nameByContents(scripts('b()'));
  expect(nameByContents(read(served))).toEqual(served);
});

test('what a browser loads with a script: static imports, theirs too, and no dynamic one', () => {
  const served = read(nameByContents(scripts('b()')));
  const textOf = (name: string) =>
    [...served].find(([servedName]) => plainName(servedName) === name)?.[1] ?? null;
  expect(staticImports('island.js', textOf)).toEqual(['island-1.js']);
  expect(staticImports('groups.js', textOf)).toEqual(['island-1.js', 'island.js']);
  expect(staticImports('door.js', textOf)).toEqual(['door-1.js']);
});

test('a pack gives back what was packed, and is refused when something is missing', () => {
  const files = new Map([
    ['a.js', new Uint8Array([10, 0, 255])],
    ['empty', new Uint8Array()],
    ['b.css', new Uint8Array([1])],
  ]);
  const packed = pack(files);
  expect(unpack(packed)).toEqual(files);
  expect(pack(unpack(packed))).toEqual(packed);
  expect(() => unpack(packed.slice(0, -1))).toThrow('damaged');
});
