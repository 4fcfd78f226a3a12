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
  [['--tls', 'chat.crt'], '--tls'],
  [['--tls', 'auto', '--url', 'http://chat.lan'], '--url'],
  [['--tls', 'acme'], '--url'],
  [['--tls', 'acme', '--url', 'https://10.0.0.1'], '--url'],
  [
    ['--tls', 'acme', '--url', 'https://chat.example.org', '--acme-directory', 'http://ca.lan'],
    '--acme-directory',
  ],
  [['--http-port', '80'], '--http-port'],
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

test('plain HTTP is answered beside TLS only, and where an ACME server asks', () => {
  const of = (...args: string[]) => parseConfig(args, {}).httpPort;
  const acme = ['--tls', 'acme', '--url', 'https://chat.example.org'];
  expect(of()).toBeNull();
  expect(of('--tls', 'auto')).toBeNull();
  expect(of('--tls', 'auto', '--http-port', '8080')).toBe(8080);
  expect(of(...acme)).toBe(80);
  expect(of(...acme, '--http-port', '8080')).toBe(8080);
});
