/** A server in front of the honest one that changes what it likes: one address, as a browser and `verify` see it. */
import { brotliDecompressSync } from 'node:zlib';
import type { Server } from 'bun';
import type { Assets } from '../../src/assets.ts';
import { startApp, type TestApp } from './app.ts';

/** Changes an answer on its way, or leaves it. */
export type Bend = (request: Request, honest: Response) => Response | Promise<Response>;

export interface Liar {
  readonly origin: string;
  readonly app: TestApp;
  /** What is done to answers from now on; null is honesty. */
  bend: Bend | null;
  /** `GET /path` of what was asked, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Sockets are not passed on. */
export async function startLiar(assets: Assets): Promise<Liar> {
  const asked: string[] = [];
  const front: Server<undefined> = Bun.serve({
    port: 0,
    hostname: 'localhost',
    async fetch(request) {
      const url = new URL(request.url);
      asked.push(`${request.method} ${url.pathname}`);
      const headers = new Headers(request.headers);
      const honest = await fetch(app.origin + url.pathname + url.search, {
        method: request.method,
        headers,
        redirect: 'manual',
        decompress: false,
        ...(request.body ? { body: await request.arrayBuffer() } : {}),
      });
      return liar.bend ? liar.bend(request, honest) : honest;
    },
  });
  const origin = `http://localhost:${front.port}`;
  const app = await startApp({ assets, config: { url: origin } });
  const liar: Liar = {
    origin,
    app,
    bend: null,
    asked,
    async stop() {
      await front.stop(true);
      await app.stop();
    },
  };
  return liar;
}

/** The same answer with another body, however it was compressed. */
export async function rewrite(answer: Response, change: (text: string) => string): Promise<Response> {
  const headers = new Headers(answer.headers);
  const packed = new Uint8Array(await answer.arrayBuffer());
  const coding = headers.get('content-encoding');
  const bytes =
    coding === 'gzip' ? Bun.gunzipSync(packed) : coding === 'br' ? brotliDecompressSync(packed) : packed;
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(change(new TextDecoder().decode(bytes)), { status: answer.status, headers });
}

/** The same answer with one header changed, or gone when the value is null. */
export function withHeader(answer: Response, name: string, value: string | null): Response {
  const headers = new Headers(answer.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}
