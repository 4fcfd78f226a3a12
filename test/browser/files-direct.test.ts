/** Files that come straight from the bucket: an owner allows it, a browser and a command line fetch so, and do without when the bucket refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHUNK_BYTES } from '../../src/contract/files.ts';
import { Devices } from '../support/client.ts';
import { S3_MISSING, type S3Server, s3Environment, startS3 } from '../support/s3-server.ts';
import { accessible } from './support/axe.ts';
import type { Person } from './support/browser.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  messages,
  PASSKEY,
  PASSWORD,
  PATIENCE,
} from './support/flows.ts';
import { openWorld, type World } from './support/world.ts';

if (S3_MISSING !== null) console.log(S3_MISSING);
/** Three chunks. */
const FIRMWARE = Uint8Array.from({ length: 2 * CHUNK_BYTES + 77 }, (_, index) => (index * 31) % 251);

describe.skipIf(S3_MISSING !== null)('files from the bucket', () => {
  let s3: S3Server;
  let world: World;
  let ada: Person;
  const devices = new Devices();
  const folder = mkdtempSync(join(tmpdir(), 'sotto-direct-'));
  /** Paths that the browser asked the bucket for. */
  const fetched: string[] = [];
  /** Chunks that it asked the server for. */
  const through: string[] = [];
  const story = (name: string, tell: () => Promise<void>) => test(name, tell, 2 * PATIENCE);

  beforeAll(async () => {
    s3 = await startS3({ direct: true });
    world = await openWorld([], { env: s3Environment(s3.place) });
    ada = await world.person({ acceptDownloads: true, expected: /ERR_CONNECTION|ERR_FAILED|Failed to load/ });
    const { page } = ada;
    await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
    ada.context.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === s3.place.publicEndpoint) fetched.push(pathname);
      else if (pathname.includes('/chunks/')) through.push(pathname);
    });
    await createWorkspace(page, world.server.setupLink ?? '', { password: PASSKEY });
    const invite = await createInvite(page);
    await devices.done('mina', ['join', '--invite', invite, '--username', 'mina', '--name', 'Mina Ito'], {
      env: { SOTTO_PASSWORD: PASSWORD },
    });
  }, 4 * PATIENCE);
  afterAll(async () => {
    await world.close();
    await s3.stop();
    devices.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function sendFile(name: string) {
    const path = join(folder, name);
    writeFileSync(path, FIRMWARE);
    const lines = await devices.done('mina', ['send', '--to', 'ada', '--file', path, `This is ${name}.`]);
    const files = lines.find(({ event }) => event === 'sent')?.files;
    return { id: String(Array.isArray(files) ? files[0]?.id : '') };
  }

  async function save(name: string): Promise<Uint8Array> {
    const begun = ada.page.waitForEvent('download');
    await messages(ada.page, `This is ${name}.`)
      .getByRole('button', { name: `Save ${name}`, exact: true })
      .click();
    return readFileSync(await (await begun).path());
  }

  story('an owner allows it', async () => {
    const { page } = ada;
    await page.goto(`${world.server.url}/admin/policies`);
    const choice = page.getByRole('checkbox', { name: 'Files come straight from the bucket' });
    expect(await choice.isChecked()).toBe(false);
    await accessible(page);
    await choice.check();
    await page.getByRole('button', { name: 'Save policies' }).click();
    await page.getByText('The policies hold from now on.').waitFor();
    expect(await choice.isChecked()).toBe(true);
  });

  story('a file comes from there: the first one tells the page, the next one is fetched so', async () => {
    const { page } = ada;
    await sendFile('one.bin');
    await sendFile('two.bin');
    await conversations(page)
      .getByRole('link', { name: /Mina Ito/ })
      .click();
    await messages(page, 'This is two.bin.').waitFor();
    expect(Buffer.compare(await save('one.bin'), FIRMWARE)).toBe(0);
    through.length = 0;
    // Whose policy the worker has now.
    expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    expect(Buffer.compare(await save('two.bin'), FIRMWARE)).toBe(0);
    expect(fetched.length).toBe(3);
    expect(through).toEqual([]);
  });

  story('the page itself may not speak with the bucket', async () => {
    const answer = await ada.page.evaluate(
      (address) =>
        fetch(address).then(
          () => 'answered',
          () => 'refused',
        ),
      s3.place.publicEndpoint ?? '',
    );
    expect(answer).toBe('refused');
  });

  story('what the bucket does not give comes through the server', async () => {
    await sendFile('three.bin');
    await messages(ada.page, 'This is three.bin.').waitFor();
    s3.outside.cut();
    through.length = 0;
    expect(Buffer.compare(await save('three.bin'), FIRMWARE)).toBe(0);
    expect(through.length).toBe(3);
    s3.outside.heal();
  });

  story('the command line fetches so, while the server itself does not reach the bucket', async () => {
    const { id } = await sendFile('four.bin');
    s3.line.cut();
    await devices.done('mina', ['download', id, '--out', join(folder, 'saved')]);
    expect(Buffer.compare(readFileSync(join(folder, 'saved', 'four.bin')), FIRMWARE)).toBe(0);
    s3.line.heal();
  });
});
