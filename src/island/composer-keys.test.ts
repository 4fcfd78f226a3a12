/** Which key does what in the box. */
import { expect, test } from 'bun:test';
import { readKey } from './composer-keys.ts';

const NONE = {
  key: '',
  code: '',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
};
const usual = { isEmpty: false, enterIsNewline: false };

test('Enter sends, Shift+Enter makes a new line', () => {
  expect(readKey({ ...NONE, key: 'Enter' }, usual)).toEqual({ does: 'send' });
  expect(readKey({ ...NONE, key: 'Enter', shiftKey: true }, usual)).toBeNull();
});

test('where Enter makes a new line, Enter with Ctrl or Cmd sends', () => {
  const box = { isEmpty: false, enterIsNewline: true };
  expect(readKey({ ...NONE, key: 'Enter' }, box)).toBeNull();
  expect(readKey({ ...NONE, key: 'Enter', ctrlKey: true }, box)).toEqual({ does: 'send' });
  expect(readKey({ ...NONE, key: 'Enter', metaKey: true }, box)).toEqual({ does: 'send' });
});

test('a key that ends the choice of an input method is its own business', () => {
  expect(readKey({ ...NONE, key: 'Enter', isComposing: true }, usual)).toBeNull();
});

test('arrow up changes the last message only from an empty box', () => {
  expect(readKey({ ...NONE, key: 'ArrowUp' }, { ...usual, isEmpty: true })).toEqual({ does: 'edit-last' });
  expect(readKey({ ...NONE, key: 'ArrowUp' }, usual)).toBeNull();
  expect(readKey({ ...NONE, key: 'ArrowUp', shiftKey: true }, { ...usual, isEmpty: true })).toBeNull();
});

test('formatting goes by the place of a key, whatever Shift makes of it', () => {
  const list = { ...NONE, key: '(', code: 'Digit8', ctrlKey: true, shiftKey: true };
  expect(readKey(list, usual)).toEqual({ does: 'format', format: 'bullets' });
  expect(readKey({ ...NONE, key: 'b', code: 'KeyB', metaKey: true }, usual)).toEqual({
    does: 'format',
    format: 'bold',
  });
  expect(readKey({ ...NONE, key: 'c', code: 'KeyC', ctrlKey: true }, usual)).toBeNull();
});
