import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { malformed, ProtocolError } from './errors.ts';
import type { Provider } from './provider.ts';

class Derived extends ProtocolError {}

test('a refusal is one, its own kind, and no other', () => {
  expect(malformed('x')).toBeInstanceOf(ProtocolError);
  expect(new Derived('E_KT')).toBeInstanceOf(ProtocolError);
  expect(new Derived('E_KT')).toBeInstanceOf(Derived);
  expect(malformed('x')).not.toBeInstanceOf(Derived);
  for (const other of [new Error('E_FORMAT'), new TypeError('x'), { code: 'E_AUTH' }, null, undefined])
    expect(other).not.toBeInstanceOf(ProtocolError);
});

test('what noble refuses in the bundle that browsers fetch is a refusal here [R26]', async () => {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, '../island/fallback.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
  });
  const [bundle] = outputs;
  if (!bundle) throw new Error('nothing was built');
  const address = `data:text/javascript;base64,${new Uint8Array(await bundle.arrayBuffer()).toBase64()}`;
  const { noble }: { readonly noble: Provider } = await import(address);
  const refused = await noble.x25519(new Uint8Array(32).fill(1), new Uint8Array(32)).catch((error) => error);
  expect(refused).toBeInstanceOf(ProtocolError);
  expect(refused.code).toBe('E_AUTH');
});
