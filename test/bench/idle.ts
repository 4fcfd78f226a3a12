/** What a thousand sockets cost that only wait. */
import { startChild } from './child.ts';
import { sotto } from './load.ts';

const SOCKETS = 1000;
const PEOPLE = 100;

/** Megabytes of resident memory, a thousand sockets. */
export async function idleMemory(): Promise<number> {
  const child = await startChild('server');
  const circles = await child.seed(PEOPLE / 2, 2);
  const clients = circles.flatMap((circle) => circle.members.map((client) => ({ circle, client })));
  const open = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => {
        const at = clients[index % clients.length];
        if (!at) throw new Error('nobody to connect');
        return sotto(child.port, at.circle, at.client);
      }),
    );
  // The first ones bring code and caches into memory, which is not theirs.
  await open(PEOPLE);
  const before = await child.usage(true);
  for (let opened = 0; opened < SOCKETS; opened += PEOPLE) await open(PEOPLE);
  const after = await child.usage(true);
  await child.stop();
  return Math.round(((after.resident - before.resident) / 1024 / 1024 / SOCKETS) * 1000 * 10) / 10;
}
