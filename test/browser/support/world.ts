/** A server of its own and a browser: what a file of browser tests runs in. */
import type { Browser } from 'playwright-core';
import { type ServerOptions, startServer, type TestServer } from '../../support/server.ts';
import { launchBrowser, openPerson, type Person, type PersonOptions, sharedBrowser } from './browser.ts';

export interface World {
  readonly server: TestServer;
  readonly browser: Browser;
  /** A person's browser, closed with the world. */
  person(options?: PersonOptions): Promise<Person>;
  /** Everything that any page of anybody complained about. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

/** Starts both; the browser with these arguments too, and then one of its own. The island must be built: `bun run test` does it before anything else. */
export async function openWorld(
  browserArgs: readonly string[] = [],
  served: ServerOptions = {},
): Promise<World> {
  const isShared = browserArgs.length === 0;
  const [server, browser] = await Promise.all([
    startServer(served),
    isShared ? sharedBrowser() : launchBrowser(browserArgs),
  ]);
  const people: Person[] = [];
  return {
    server,
    browser,
    async person(options) {
      const person = await openPerson(browser, options);
      people.push(person);
      return person;
    },
    complaints: () => people.flatMap(({ complaints }) => complaints),
    async close() {
      if (isShared) await Promise.all(people.map(({ context }) => context.close()));
      else await browser.close();
      await server.remove();
    },
  };
}
