/** A page with the server's security headers and one of the island's modules in it, for tests of a single file. */
import { join, resolve } from 'node:path';
import { securityHeaders } from '../../../src/http/headers.ts';

const ROOT = resolve(import.meta.dir, '../../..');

export interface BlankPage {
  readonly url: string;
  /** Paths that the browser asked for, except the page and its script. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/**
 * Serves a page whose only script is the given module, bundled, with all its exports on `globalThis.tested`.
 *
 * @param define what stands for names that the build writes
 * @param workers modules served beside it, each bundled alone, by their paths
 */
export async function serveModule(
  path: string,
  define: Readonly<Record<string, string>> = {},
  workers: Readonly<Record<string, string>> = {},
): Promise<BlankPage> {
  const source = join(ROOT, path);
  const scripts = new Map<string, string>();
  scripts.set(
    '/module.js',
    await bundle(
      `import * as tested from ${JSON.stringify(source)}; Object.assign(globalThis, { tested });`,
      define,
    ),
  );
  for (const [served, worker] of Object.entries(workers))
    scripts.set(served, await bundle(`import ${JSON.stringify(join(ROOT, worker))};`, {}));
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname } = new URL(request.url);
      const headers = securityHeaders();
      if (pathname === '/')
        return new Response(
          '<!doctype html><html lang="en"><head><title>Blank</title><link rel="icon" href="data:,"><script type="module" src="/module.js"></script></head><body></body></html>',
          { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } },
        );
      const script = scripts.get(pathname);
      if (script !== undefined)
        return new Response(script, { headers: { ...headers, 'content-type': 'text/javascript' } });
      asked.push(pathname);
      return new Response('', { status: 404, headers });
    },
  });
  return {
    url: `http://localhost:${server.port}/`,
    asked,
    stop: () => server.stop(true),
  };
}

async function bundle(entry: string, define: Readonly<Record<string, string>>): Promise<string> {
  const built = await Bun.build({
    entrypoints: ['entry.ts'],
    files: { 'entry.ts': entry },
    target: 'browser',
    format: 'esm',
    define,
  });
  const [output] = built.outputs;
  if (!output) throw new Error(`it does not bundle: ${entry}`);
  return output.text();
}
