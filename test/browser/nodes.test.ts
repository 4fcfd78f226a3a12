/** A browser among several nodes: it stays signed in and connected while the one that it was connected to dies. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, run } from '../support/client.ts';
import { NODES_MISSING, type Nodes, startNodes } from '../support/nodes.ts';
import { openPerson, type Person, sharedBrowser } from './support/browser.ts';
import {
  createWorkspace,
  messages,
  openConversation,
  PASSKEY,
  PATIENCE,
  send,
  waitForStatus,
} from './support/flows.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const mina = { name: 'Mina Ito', username: 'mina' };
const devices = new Devices();
const story = NODES_MISSING === null ? test : test.skip;
let world: Nodes;
let ada: Person;

beforeAll(async () => {
  if (NODES_MISSING !== null) return;
  world = await startNodes(2);
  // Its connections break with the node that it was on.
  ada = await openPerson(await sharedBrowser(), { expected: /ERR_|ws:error|WebSocket|50[23]/ });
}, PATIENCE);
afterAll(async () => {
  await ada?.context.close();
  await world?.stop();
  devices.remove();
});

story(
  'whichever node dies, the page stays, hears what is said, and says what it has to say',
  async () => {
    const { page } = ada;
    await createWorkspace(page, world.setupLink, { password: PASSKEY });
    const invite = ['admin', 'invite', '--data', world.nodes[0]?.data ?? ''];
    const { out } = await run(invite, { env: { DATABASE_URL: world.database } }).ended;
    const joining = ['join', '--invite', out.trim(), '--username', mina.username, '--name', mina.name];
    await devices.done('mina', joining, SECRET);
    await openConversation(page, mina);
    await send(page, 'who is there?');
    await waitForStatus(page, 'who is there?', /Sent/);
    await page.evaluate(() => {
      document.documentElement.dataset.stayed = 'yes';
    });

    for (const [index, node] of world.nodes.entries()) {
      await node.kill();
      await devices.done('mina', ['send', '--to', 'ada', `without node ${index + 1}`], SECRET);
      await messages(page, `without node ${index + 1}`).waitFor({ timeout: PATIENCE });
      await send(page, `still here, ${index + 1}`);
      await waitForStatus(page, `still here, ${index + 1}`, /Sent/);
      await node.start();
      await world.balancer.ready(world.nodes.length);
    }
    // The same page all the time: nothing was loaded anew, nobody signed in again.
    expect(await page.evaluate(() => document.documentElement.dataset.stayed)).toBe('yes');
    const heard = await devices.done('mina', ['listen', '--count', '3', '--timeout', '30s'], SECRET);
    expect(heard.map(({ text }) => text)).toEqual(['who is there?', 'still here, 1', 'still here, 2']);
    expect(ada.complaints).toEqual([]);
  },
  180_000,
);
