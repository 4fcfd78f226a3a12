/** `sotto admin export NAME --out FILE` and `sotto admin delete NAME`: what a person may ask of whoever runs the server. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Person } from '../contract/accounts.ts';
import type { Services } from '../deps.ts';
import { CommandFailed } from './failed.ts';

/** Writes everything that the server has about somebody into a new file that only its owner reads; gives its bytes. */
export async function exportPerson(services: Services, name: string, out: string): Promise<number> {
  const { account } = await personNamed(services, name);
  let file: number;
  try {
    // A new file: nothing is overwritten, and nothing that lies there is followed.
    file = openSync(out, 'wx', 0o600);
  } catch (error) {
    throw new CommandFailed(
      `${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  let bytes = 0;
  try {
    await services.personalExport.note(null, account);
    for await (const piece of services.personalExport.of(account)) bytes += writeSync(file, piece);
  } catch (error) {
    rmSync(out, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** Deletes somebody's account. On a terminal, whoever asks types the name once more. */
export async function deletePerson(
  services: Services,
  name: string,
  ask: ((question: string) => string | null) | null,
): Promise<void> {
  const { account, username } = await personNamed(services, name);
  if (
    ask !== null &&
    ask(`This deletes ${username} for ever. Type the username again to go on:`)?.trim() !== username
  )
    throw new CommandFailed('Nothing was deleted.');
  await services.deletion.delete(null, account);
}

async function personNamed({ accounts }: Pick<Services, 'accounts'>, name: string): Promise<Person> {
  const person = await accounts.personNamed(name);
  if (!person || person.deleted) throw new CommandFailed(`There is nobody called ${name} here.`);
  return person;
}
