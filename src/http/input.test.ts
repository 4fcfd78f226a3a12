import { describe, expect, test } from 'bun:test';
import type { ErrorName } from '../contract/errors.ts';
import { isAccountId } from '../contract/ids.ts';
import { Refusal } from './errors.ts';
import { Input, readInput } from './input.ts';

const refusal = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.body;
    throw error;
  }
  return null;
};
const request = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
  new Request('http://localhost/', { method: 'POST', body, headers: { 'content-type': type } });

describe('reading', () => {
  test('takes a JSON object, whatever the parameters of its type', async () => {
    const input = await readInput(request('{"a":"x"}', 'Application/JSON; charset=utf-8'));
    expect(input.text('a', { max: 1 })).toBe('x');
  });

  test('refuses everything else', async () => {
    const cases: [Request, ErrorName][] = [
      [request('{}', 'text/plain'), 'UnsupportedMediaType'],
      [request('{}', 'multipart/form-data; boundary=x'), 'UnsupportedMediaType'],
      [request('{"a":'), 'ValidationError'],
      [request(''), 'ValidationError'],
      [request('[1]'), 'ValidationError'],
      [request(new Uint8Array([0x22, 0xff, 0x22])), 'ValidationError'],
      [request(JSON.stringify('x'.repeat(512 * 1024))), 'TooLarge'],
    ];
    for (const [bad, name] of cases) {
      const error = await readInput(bad).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error instanceof Refusal && error.body.error).toBe(name);
    }
  });
});

describe('fields', () => {
  test('every sentence at once, under the name of its field', () => {
    const input = new Input({ name: '', inner: { size: 'x' }, list: [{}, 7] });
    input.text('name', { max: 5 });
    input.object('inner').whole('size', { min: 1, max: 9 });
    for (const item of input.objects('list', 5)) item.bytes('key', 2);
    input.flag('sure');
    const body = refusal(() => input.check());
    expect(body?.error).toBe('ValidationError');
    expect(body?.fields).toEqual({
      name: ['This is needed.'],
      'inner.size': ['This has the wrong type.'],
      'list.0.key': ['This is needed.'],
      'list.1.key': ['This is needed.'],
      sure: ['This is needed.'],
    });
  });

  test('text is trimmed, normalised and counted in characters', () => {
    const input = new Input({ a: '  e\u0301  ', b: '👩‍🚀👩‍🚀', c: 'ÄB' });
    expect(input.text('a', { max: 1 })).toBe('é');
    expect(input.text('b', { max: 6 })).toBe('👩‍🚀👩‍🚀');
    expect(input.text('c', { max: 2, lower: true })).toBe('äb');
    expect(refusal(() => input.check())).toBeNull();
  });

  test('bytes are base64url of the right length, and nothing else', () => {
    const good = new Input({ a: 'AQI', b: '' });
    expect(good.bytes('a', 2)).toEqual(new Uint8Array([1, 2]));
    expect(good.bytes('b', { min: 0, max: 4 })).toEqual(new Uint8Array());
    good.check();
    for (const value of ['AQIDBA', 'AQ', 'A', 'A+/=', '....', 7, null, ['AQI']]) {
      const input = new Input({ a: value });
      input.bytes('a', 2);
      expect(Object.keys(refusal(() => input.check())?.fields ?? {})).toEqual(['a']);
    }
  });

  test('numbers are whole and within bounds', () => {
    for (const value of [0, 11, 1.5, Number.MAX_VALUE, '5', null, true]) {
      const input = new Input({ a: value });
      input.whole('a', { min: 1, max: 10 });
      expect(refusal(() => input.check())?.error).toBe('ValidationError');
    }
    expect(new Input({ a: 10 }).whole('a', { min: 1, max: 10 })).toBe(10);
  });

  test('ids and choices are refused at once', () => {
    const id = 'ab'.repeat(16);
    expect<string>(new Input({ a: id }).id('a', isAccountId)).toBe(id);
    expect(refusal(() => new Input({ a: id.toUpperCase() }).id('a', isAccountId))?.fields).toEqual({
      a: ['This is not an id.'],
    });
    expect(refusal(() => new Input({ a: 'c' }).choice('a', ['a', 'b']))?.fields).toEqual({
      a: ['One of a, b.'],
    });
    expect(refusal(() => new Input({ a: [id, 'x'] }).check())).toBeNull();
    const list = new Input({ a: [id, 'x'] });
    expect(list.ids('a', isAccountId, 5)).toEqual([]);
    expect(refusal(() => list.check())?.error).toBe('ValidationError');
  });

  test('what every object inherits is no field', () => {
    const input = new Input(JSON.parse('{"__proto__": {"name": "x"}}'));
    expect(input.has('constructor')).toBe(false);
    expect(input.raw('toString')).toBeUndefined();
    input.text('name', { max: 5 });
    expect(refusal(() => input.check())?.fields).toEqual({ name: ['This is needed.'] });
  });
});

test('a text of nothing but marks is refused before anybody puts them in order', () => {
  const input = new Input({ name: `a${'\u0323\u0301'.repeat(15_000)}` });
  const start = performance.now();
  input.text('name', { max: 40 });
  expect(performance.now() - start).toBeLessThan(500);
  expect(refusal(() => input.check())).toMatchObject({ fields: { name: ['At most 40 characters.'] } });
});
