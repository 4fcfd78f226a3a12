/** Sealed chunks that nothing asks for any more leave the browser: of uploads whose end a closed page did not see. */
import { engine } from '../session.ts';
import { listSpools, openFolder, removeSpool } from './spool.ts';

export async function sweepSpools(): Promise<void> {
  const client = await engine;
  const folder = await openFolder(client.self.account);
  // In this order: what begins meanwhile is on its way before it has a spool.
  const kept = folder ? await listSpools(folder) : [];
  if (!folder || kept.length === 0) return;
  const pending = await (await client.files()).pending();
  const needed = new Set(pending.flatMap(({ files }) => files.map(({ id }) => id)));
  for (const id of kept) if (!needed.has(id)) await removeSpool(folder, id);
}
