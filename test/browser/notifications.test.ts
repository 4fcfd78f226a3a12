/** What tells of a message while nobody looks: notifications, counts, pushes; and the app that can be installed. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { createPushKeys } from '../../src/services/pushes.ts';
import { Devices } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { launchBrowser, openPerson, type Person } from './support/browser.ts';
import {
  conversations,
  createInvite,
  createWorkspace,
  messages,
  openConversation,
  PASSWORD,
  PATIENCE,
  send,
  until,
} from './support/flows.ts';

const BEN = { name: 'ben', username: 'ben' };

let server: TestServer;
let ada: Person;
/** Another tab, which is in front when nobody looks at Sotto. */
let elsewhere: Page;
let stop: () => Promise<void>;
const devices = new Devices();

beforeAll(async () => {
  const keys = await createPushKeys();
  const [started, browser] = await Promise.all([
    startServer({
      env: {
        SOTTO_VAPID_PUBLIC_KEY: keys.publicKey,
        SOTTO_VAPID_PRIVATE_KEY: keys.privateKey,
        SOTTO_VAPID_SUBJECT: 'mailto:admin@harbour.example',
      },
    }),
    launchBrowser([], true),
  ]);
  server = started;
  // A context of a test is a private window, which has no push service, and Chromium says so.
  ada = await openPerson(browser, { expected: /Push API in incognito/ });
  await ada.context.grantPermissions(['notifications'], { origin: server.url });
  await createWorkspace(ada.page, server.setupLink ?? '');
  const invite = await createInvite(ada.page);
  await devices.done('ben', ['join', '--invite', invite, '--username', BEN.username], {
    env: { SOTTO_PASSWORD: PASSWORD },
  });
  await ada.page.goto(server.url);
  await openConversation(ada.page, BEN);
  await send(ada.page, 'Good morning');
  elsewhere = await ada.context.newPage();
  stop = async () => {
    await browser.close();
    await server.remove();
  };
}, 4 * PATIENCE);
afterAll(async () => {
  await stop();
  devices.remove();
});

const told = (name: string, tell: () => Promise<void>) => test(name, tell, 3 * PATIENCE);

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly silent: boolean | null;
}
const shown = (page: Page): Promise<Shown[]> =>
  page.evaluate(async () =>
    (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag, silent }) => ({
      title,
      body,
      tag,
      silent,
    })),
  );
const say = (text: string) => devices.done('ben', ['send', '--to', 'ada', text]);
/** Puts another page in front. The test's own protocol makes every page believe that it is the one. */
const lookAway = async () => {
  for (const page of [elsewhere, ada.page]) {
    const session = await ada.context.newCDPSession(page);
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  }
  await elsewhere.bringToFront();
  await until(
    () => ada.page.evaluate(() => document.hasFocus()),
    (hasFocus) => !hasFocus,
  );
};

told('nothing is asked and nothing is told before the person turns it on', async () => {
  await ada.page.goto(server.url);
  await lookAway();
  await say('Are you there?');
  await until(
    () => ada.page.title(),
    (title) => title.startsWith('(1) '),
  );
  expect(await shown(ada.page)).toEqual([]);
});

told('the settings turn it on, and say what others may see', async () => {
  await ada.page.bringToFront();
  await ada.page.goto(`${server.url}/settings`);
  const section = ada.page.getByRole('region', { name: 'Notifications' });
  await section.getByRole('button', { name: 'Turn on notifications' }).click();
  await section.getByLabel('Who wrote', { exact: true }).waitFor({ timeout: PATIENCE });
  expect(await section.getByLabel('Who wrote', { exact: true }).isChecked()).toBe(true);
  await section.getByLabel('Who wrote, and what').check();
  await section.getByText('never from whom or what').waitFor();
});

told('one notification a conversation, with what this device has opened', async () => {
  await ada.page.goto(server.url);
  await conversations(ada.page).getByRole('link', { name: BEN.name }).waitFor({ timeout: PATIENCE });
  await lookAway();
  await say('The boat leaves at six.');
  const first = await until(
    () => shown(ada.page),
    (list) => list.length > 0,
  );
  expect(first).toMatchObject([{ title: BEN.name, body: 'The boat leaves at six.', silent: true }]);
  await say('Or at seven.');
  await until(
    () => shown(ada.page),
    ([one]) => one?.body === 'Or at seven.',
  );
  expect(await shown(ada.page)).toHaveLength(1);
});

told('a click leads to the message, and what was read is told of no more', async () => {
  const [worker] = ada.context.serviceWorkers();
  if (!worker) throw new Error('no service worker');
  await worker.evaluate(async () => {
    const scope = globalThis as unknown as {
      registration: ServiceWorkerRegistration;
      NotificationEvent: new (type: string, init: object) => Event;
    };
    const [notification] = await scope.registration.getNotifications();
    dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
  });
  await ada.page.bringToFront();
  await messages(ada.page, 'Or at seven.').waitFor({ timeout: PATIENCE });
  await until(
    () => shown(ada.page),
    (list) => list.length === 0,
  );
  await until(
    () => ada.page.title(),
    (title) => !title.startsWith('('),
  );
});

told('one tab of several tells, and it goes on when that one is closed', async () => {
  const second = await ada.context.newPage();
  await second.goto(server.url);
  await conversations(second).getByRole('link', { name: BEN.name }).waitFor({ timeout: PATIENCE });
  await ada.page.close();
  ada = { ...ada, page: second };
  await lookAway();
  await say('After the first tab');
  await until(
    () => shown(second),
    ([one]) => one?.body === 'After the first tab',
  );
});

told('what is taken back before it is read is not told any more', async () => {
  const sent = (await say('Forget **this**')).find(({ event }) => event === 'sent');
  await until(
    () => shown(ada.page),
    ([one]) => one?.body === 'Forget this',
  );
  await devices.done('ben', ['delete', String(sent?.id)]);
  await until(
    () => shown(ada.page),
    (list) => list.length === 0,
  );
});

told('in times of quiet nothing is shown, and it counts all the same', async () => {
  await ada.page.bringToFront();
  await ada.page.goto(`${server.url}/settings`);
  const section = ada.page.getByRole('region', { name: 'Notifications' });
  await section.getByRole('button', { name: 'For 1 hour' }).click();
  await section.getByText('Nothing disturbs you until').waitFor({ timeout: PATIENCE });
  for (const notification of await shown(ada.page)) expect(notification.tag).not.toBe('');
  await ada.page.evaluate(async () => {
    for (const each of await (await navigator.serviceWorker.ready).getNotifications()) each.close();
  });
  await lookAway();
  await say('Do not wake me');
  await until(
    () => ada.page.title(),
    (title) => /^\(2\) /.test(title),
  );
  expect(await shown(ada.page)).toEqual([]);
});

told('a push says that something waits and nothing else, and the next page takes it away', async () => {
  const session = await ada.context.newCDPSession(ada.page);
  const registered = Promise.withResolvers<string>();
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    const [first] = registrations;
    if (first) registered.resolve(first.registrationId);
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered.promise;
  await session.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId, data: 'new' });
  const [news] = await until(
    () => shown(ada.page),
    (list) => list.length > 0,
  );
  expect(news).toEqual({ title: 'Sotto', body: 'New messages', tag: 'sotto-news', silent: true });
  await ada.page.reload();
  await until(
    () => shown(ada.page),
    (list) => list.length === 0,
  );
});

told('a browser whose push service is away says so in a sentence', async () => {
  await ada.page.bringToFront();
  await ada.page.goto(`${server.url}/settings`);
  const section = ada.page.getByRole('region', { name: 'Notifications' });
  await section.getByLabel('Tell me while Sotto is closed, too').click();
  await section.getByText('push service cannot be reached').waitFor({ timeout: PATIENCE });
  expect(await section.getByLabel('Tell me while Sotto is closed, too').isChecked()).toBe(false);
});

told('it can be installed', async () => {
  await ada.page.goto(server.url);
  await ada.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const session = await ada.context.newCDPSession(ada.page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A context of a test is a private window, where nothing is installed.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
});

told('nobody complained', async () => {
  expect(ada.complaints).toEqual([]);
});
