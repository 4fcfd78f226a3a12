import { expect, test } from 'bun:test';
import { readShortcut, type Shortcut } from './keys.ts';

const HERE = { isTyping: false, isInside: false };
const press = (keys: string) => {
  const parts = keys.split('+');
  return {
    key: parts.at(-1) ?? '',
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Cmd'),
    altKey: parts.includes('Alt'),
    shiftKey: parts.includes('Shift'),
    isComposing: false,
  };
};

test('each shortcut, and nothing beside it', () => {
  const means: Readonly<Record<string, Shortcut | null>> = {
    'Ctrl+k': 'switch',
    'Cmd+k': 'switch',
    'Ctrl+K': 'switch',
    'Shift+?': 'help',
    '?': 'help',
    'Alt+ArrowUp': 'previous',
    'Alt+ArrowDown': 'next',
    'Alt+Shift+ArrowUp': 'previous-unread',
    'Alt+Shift+ArrowDown': 'next-unread',
    Escape: 'write',
    k: null,
    ArrowUp: null,
    'Ctrl+Shift+K': null,
    'Ctrl+Alt+k': null,
    'Ctrl+?': null,
    'Alt+?': null,
    'Ctrl+f': null,
    '/': null,
  };
  for (const [keys, shortcut] of Object.entries(means))
    expect([keys, readShortcut(press(keys), HERE)]).toEqual([keys, shortcut]);
});

test('while somebody types no character is a shortcut, and those with a modifier stay', () => {
  const typing = { ...HERE, isTyping: true };
  for (let code = 32; code < 127; code++)
    expect(readShortcut(press(String.fromCharCode(code)), typing)).toBeNull();
  expect(readShortcut(press('Escape'), typing)).toBeNull();
  expect(readShortcut(press('Ctrl+k'), typing)).toBe('switch');
  expect(readShortcut(press('Alt+ArrowDown'), typing)).toBe('next');
  expect(readShortcut({ ...press('Ctrl+k'), isComposing: true }, typing)).toBeNull();
});

test('dialogs, menus and panels keep their own keys', () => {
  const inside = { ...HERE, isInside: true };
  for (const keys of ['?', 'Escape', 'Alt+ArrowUp', 'Alt+Shift+ArrowDown'])
    expect(readShortcut(press(keys), inside)).toBeNull();
  expect(readShortcut(press('Ctrl+k'), inside)).toBe('switch');
});
