/** Encryption as it is run: a server with an authority of its own and the command line, and a real ACME server where there is one. */
import { afterAll, expect, test } from 'bun:test';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeHostCertificate } from '../../src/ops/tls/authority.ts';
import { ROOT, SOTTO } from '../support/server.ts';
import { removeData, startTlsServer } from '../support/tls-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-ca-'));
const authorityFile = join(folder, 'sotto-ca.pem');
afterAll(() => rmSync(folder, { recursive: true }));

/** A command of Sotto that trusts the authority, and what it wrote. */
async function run(
  args: readonly string[],
  env: Record<string, string> = { NODE_EXTRA_CA_CERTS: authorityFile },
) {
  const child = Bun.spawn([...SOTTO, ...args], {
    cwd: ROOT,
    env: { ...process.env, SOTTO_PASSWORD: 'correct horse battery staple', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, log] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + log };
}

test('from an empty folder to a member on the command line, over an authority that is compared and trusted', async () => {
  const server = await startTlsServer(['--tls', 'auto', '--http-port', '0']);
  expect(server.url).toStartWith('https://localhost:');
  // A device gets the certificate over plain HTTP, and a person compares it with the console.
  const pem = await (await fetch(`${server.trust}/sotto-ca.pem`)).text();
  expect(new X509Certificate(pem).fingerprint256).toBe(server.fingerprint);
  writeFileSync(authorityFile, pem);

  expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  const healthy = await fetch(`${server.url}/healthz`, { tls: { ca: pem } });
  expect(healthy.status).toBe(200);
  // An authority that is lost must not lock people out of this host.
  expect(healthy.headers.has('strict-transport-security')).toBe(false);
  const plain = await fetch(new URL('/c/1', server.trust), { redirect: 'manual' });
  expect([plain.status, plain.headers.get('location')]).toEqual([308, `${server.url}/c/1`]);

  const home = join(folder, 'ada');
  const join_ = ['client', '--home', home, 'join', '--invite', server.setupLink, '--username', 'ada'];
  const distrusting = await run([...join_, '--workspace', 'Harbour Lab'], { NODE_EXTRA_CA_CERTS: '' });
  expect(distrusting.code).toBe(1);
  const joined = await run([...join_, '--workspace', 'Harbour Lab', '--json']);
  expect(joined).toMatchObject({ code: 0, said: expect.stringContaining('"event":"joined"') });
  const { port } = new URL(server.url);
  const seen = await run(['doctor', '--tls', 'auto', '--port', port, '--data', server.data]);
  expect(seen).toMatchObject({ code: 0, said: expect.stringContaining('WebSockets get through') });
  expect(await server.stop()).toBe(0);
  removeData(server);
}, 30_000);

/** A port that nobody has now. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

test.skipIf(Bun.which('pebble') === null || Bun.which('pebble-challtestsrv') === null)(
  'a certificate from pebble, an ACME server that refuses a third of all nonces',
  async () => {
    const [acme, management, httpPort, dns, dnsManagement] = await Promise.all(
      Array.from({ length: 5 }, freePort),
    );
    const own = await makeAuthority(['localhost'], Date.now());
    const { cert, key } = await makeHostCertificate(own, ['localhost'], Date.now());
    const at = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const pebble = {
      listenAddress: `127.0.0.1:${acme}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: at('acme.crt', cert),
      privateKey: at('acme.key', key),
      httpPort,
      tlsPort: 0,
    };
    const quiet = { stdout: 'ignore', stderr: 'ignore' } as const;
    const names = Bun.spawn(
      [
        ['pebble-challtestsrv', '-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''],
        [
          '-defaultIPv4',
          '127.0.0.1',
          '-dns01',
          `127.0.0.1:${dns}`,
          '-management',
          `127.0.0.1:${dnsManagement}`,
        ],
      ].flat(),
      quiet,
    );
    const server = Bun.spawn(
      ['pebble', '-config', at('pebble.json', JSON.stringify({ pebble })), '-dnsserver', `127.0.0.1:${dns}`],
      { ...quiet, env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '33' } },
    );
    try {
      const directory = `https://localhost:${acme}/dir`;
      while (!(await fetch(directory, { tls: { ca: own.cert } }).catch(() => null))?.ok) await Bun.sleep(20);
      const sotto = await startTlsServer(
        [
          ['--tls', 'acme', '--acme-directory', directory, '--url', 'https://chat.example.org'],
          ['--http-port', String(httpPort)],
        ].flat(),
        { NODE_EXTRA_CA_CERTS: at('acme-ca.pem', own.cert) },
      );
      expect(sotto.url).toBe('https://chat.example.org');
      expect(await sotto.stop()).toBe(0);
      removeData(sotto);
    } finally {
      server.kill();
      names.kill();
      await Promise.all([server.exited, names.exited]);
    }
  },
  30_000,
);
