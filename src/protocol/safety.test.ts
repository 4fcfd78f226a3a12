import { expect, test } from 'bun:test';
import { concat, utf8 } from './codec.ts';
import { hash } from './hash.ts';
import { halfNumber, joinHalves, readVerification, safetyNumber, writeVerification } from './safety.ts';

/** libsignal, rust/protocol/src/fingerprint.rs and NumericFingerprintGeneratorTest: 5,200 iterations. */
const LIBSIGNAL = {
  alice: { key: '0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868', id: '+14152222222' },
  bob: { key: '05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b', id: '+14153333333' },
  displayed: '300354477692869396892869876765458257569162576843440918079131',
};

test('libsignal’s published numbers come out', () => {
  const half = ({ key, id }: { readonly key: string; readonly id: string }) =>
    halfNumber(Uint8Array.fromHex(key), utf8(id));
  const { alice, bob, displayed } = LIBSIGNAL;
  expect(joinHalves(half(alice), half(bob))).toBe(displayed);
  expect(joinHalves(half(bob), half(alice))).toBe(displayed);
});

const mine = { account: new Uint8Array(16).fill(1), aik: new Uint8Array(1984).fill(2) };
const theirs = { account: new Uint8Array(16).fill(3), aik: new Uint8Array(1984).fill(4) };

test('both sides see the same 60 digits, over H of both key halves', async () => {
  const here = await safetyNumber(mine, theirs);
  const number = here.digits;
  expect(number).toMatch(/^\d{60}$/);
  expect(await safetyNumber(theirs, mine)).toEqual({ digits: number, mine: here.theirs, theirs: here.mine });
  const half = ({ account, aik }: typeof mine) => halfNumber(concat(Uint8Array.of(2), hash(aik)), account);
  expect([half(mine) + half(theirs), half(theirs) + half(mine)]).toContain(number);
});

test('another key, either half of it, or another account gives other digits', async () => {
  const sides = await Promise.all([
    safetyNumber(mine, theirs),
    safetyNumber(mine, { ...theirs, aik: theirs.aik.with(0, 5) }),
    safetyNumber(mine, { ...theirs, aik: theirs.aik.with(1983, 5) }),
    safetyNumber(mine, { ...theirs, account: theirs.account.with(15, 5) }),
  ]);
  const numbers = sides.map(({ digits }) => digits);
  expect(new Set(numbers).size).toBe(4);
  expect(new Set(sides.map(({ theirs }) => theirs.toHex())).size).toBe(4);
  // One's own half does not depend on the other side.
  const [first, second] = numbers.map((number) => [number.slice(0, 30), number.slice(30)]);
  expect(first?.some((half) => second?.includes(half))).toBe(true);
});

test('the code of a comparison comes back as it was written, and nothing else is one', async () => {
  const { mine: shower, theirs: scanner } = await safetyNumber(mine, theirs);
  const verification = { shower, scanner, ktSize: 7, ktRoot: new Uint8Array(32).fill(9) };
  const text = writeVerification(verification);
  expect(readVerification(text)).toEqual(verification);
  for (const other of ['', 'https://example.org', text.slice(1), text.slice(0, -2), `${text}AA`, `${text}*`])
    expect(() => readVerification(other)).toThrow('E_FORMAT');
});
