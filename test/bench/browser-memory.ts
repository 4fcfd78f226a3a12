/**
 * What a browser holds while it sends a large file: the memory of each of its processes, watched from outside. Playwright signs up and
 * picks the file, and lets go before it is sent: while it is connected, the browser keeps the body of every request for it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { addAuthenticator, EXECUTABLE, FLAGS } from '../browser/support/browser.ts';
import { composer, createWorkspace, PASSKEY } from '../browser/support/flows.ts';
import { startServer } from '../support/server.ts';
import { makeFile } from './files.ts';

/** Megabytes, and milliseconds until the message was said. */
export interface BrowserMemory {
  /** Of the process of the page: before the file, and at most while it was sent. */
  readonly before: number;
  readonly peak: number;
  /** Of all processes of the browser together. */
  readonly allBefore: number;
  readonly allPeak: number;
  readonly ms: number;
}

const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 100;
const IS_SENT = "document.querySelector('#timeline article[data-kind=text]') !== null";

/** @param size bytes, a multiple of a chunk. Null where there is no browser, or no /proc */
export async function browserMemory(size: number): Promise<BrowserMemory | null> {
  if (!existsSync(EXECUTABLE) || !existsSync('/proc/self/status')) return null;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  const server = await startServer();
  const child = Bun.spawn(
    [
      EXECUTABLE,
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      ...FLAGS,
      'about:blank',
    ],
    { stdout: 'ignore', stderr: 'pipe' },
  );
  try {
    const path = join(folder, 'file.bin');
    await makeFile(path, size);
    const address = await addressOf(child.stderr);
    await pickFile(address, server.setupLink ?? '', path);
    const page = await Page.open(address);
    const before = memoryOf(child.pid);
    let peak = before;
    const began = performance.now();
    await page.ask(
      "document.querySelector('sotto-composer').shadowRoot.querySelector('[type=submit]').click()",
    );
    for (;;) {
      const held = memoryOf(child.pid);
      peak = { page: Math.max(peak.page, held.page), all: Math.max(peak.all, held.all) };
      if ((await page.ask(IS_SENT)) === true) break;
      if (performance.now() - began > PATIENCE_MS) throw new Error('the file was not sent');
      await Bun.sleep(LOOK_MS);
    }
    const ms = performance.now() - began;
    page.close();
    return { before: before.page, peak: peak.page, allBefore: before.all, allPeak: peak.all, ms };
  } finally {
    child.kill();
    await child.exited;
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the browser listens, which it says among other things. */
async function addressOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  let said = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    said += decoder.decode(chunk.value, { stream: true });
    const port = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(said)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`the browser did not start: ${said}`);
}

/** Makes an account, opens its notes and picks the file. */
async function pickFile(address: string, link: string, path: string): Promise<void> {
  const browser = await chromium.connectOverCDP(address, { isLocal: true });
  const [context] = browser.contexts();
  const page = context?.pages()[0];
  if (context === undefined || page === undefined) throw new Error('the browser has no page');
  await addAuthenticator(context, page);
  await createWorkspace(page, link, { password: PASSKEY });
  await page.getByRole('button', { name: 'New conversation', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Notes to self' }).click();
  await composer(page).waitFor();
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files', exact: true }).click();
  await (await chosen).setFiles(path);
  await page.getByText('1 file attached', { exact: true }).waitFor({ state: 'attached' });
  await browser.close();
}

/** The browser's first page, asked for values and nothing else. */
class Page {
  private asked = 0;
  private constructor(private readonly socket: WebSocket) {}

  static async open(address: string): Promise<Page> {
    const targets: readonly { readonly type: string; readonly webSocketDebuggerUrl: string }[] = await (
      await fetch(`${address}/json`)
    ).json();
    const found = targets.find(({ type }) => type === 'page');
    if (found === undefined) throw new Error('the browser has no page');
    const socket = new WebSocket(found.webSocketDebuggerUrl);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    return new Page(socket);
  }

  async ask(expression: string): Promise<unknown> {
    const id = ++this.asked;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const hear = ({ data }: MessageEvent) => {
      const answer: {
        readonly id?: number;
        readonly result?: { readonly result?: { readonly value?: unknown } };
      } = JSON.parse(String(data));
      if (answer.id !== id) return;
      this.socket.removeEventListener('message', hear);
      resolve(answer.result?.result?.value);
    };
    this.socket.addEventListener('message', hear);
    const params = { expression, userGesture: true, returnByValue: true };
    this.socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    return promise;
  }

  close(): void {
    this.socket.close();
  }
}

interface Held {
  readonly page: number;
  readonly all: number;
}

/** Of the largest process that runs pages, and of all that this one started. */
function memoryOf(browser: number): Held {
  const held = [browser, ...childrenOf(browser)].map((pid) => {
    const isPage = read(pid, 'cmdline').includes('--type=renderer');
    const status = read(pid, 'status');
    // What no file stands behind: of its own, or shared with other processes.
    const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, each]) =>
      Number(each),
    );
    return { isPage, megabytes: Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / 1000) };
  });
  return {
    page: Math.max(0, ...held.filter(({ isPage }) => isPage).map(({ megabytes }) => megabytes)),
    all: held.reduce((sum, { megabytes }) => sum + megabytes, 0),
  };
}

function childrenOf(pid: number): readonly number[] {
  const own = read(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Empty when the process has ended. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
