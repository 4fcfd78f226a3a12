import { expect, test } from 'bun:test';
import { ConfigError, parseConfig, publicOrigin } from './config.ts';

test('defaults bind to localhost', () => {
  const config = parseConfig([], {});
  expect(config).toMatchObject({ port: 3000, host: '127.0.0.1', data: './data', url: null });
  expect(publicOrigin(config, 3000)).toBe('http://localhost:3000');
});

test('a flag beats its variable, which beats the default', () => {
  expect(parseConfig(['--port', '81'], { SOTTO_PORT: '82' }).port).toBe(81);
  expect(parseConfig([], { SOTTO_PORT: '82', SOTTO_URL: 'https://chat.example.org/' })).toMatchObject({
    port: 82,
    url: 'https://chat.example.org',
  });
});

test.each([
  [['--port', 'many'], '--port'],
  [['--port', '70000'], '--port'],
  [['--url', 'chat.example.org'], '--url'],
  [['--url', 'https://chat.example.org/path'], '--url'],
  [['--log-level', 'loud'], '--log-level'],
  [['--trusted-proxy', 'my-proxy'], '--trusted-proxy'],
  [['--trusted-proxy', '10.0.0.0/33'], '--trusted-proxy'],
  [['--colour', 'red'], '--colour'],
  [['--port'], '--port'],
  [['extra'], 'extra'],
])('a wrong value is one clear line: %p', (args, named) => {
  expect(() => parseConfig(args, {})).toThrow(ConfigError);
  try {
    parseConfig(args, {});
  } catch (error) {
    expect(String(error)).toContain(named);
    expect(String(error)).not.toContain('\n');
  }
});
