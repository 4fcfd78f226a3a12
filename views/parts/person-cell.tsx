/** Somebody in a table: picture, name and username. */
import type { Person } from '../../src/contract/accounts.ts';
import { Avatar } from './avatar.tsx';

export function PersonCell({ person: { name, username } }: { person: Pick<Person, 'name' | 'username'> }) {
  return (
    <span class="person">
      <Avatar name={name} />
      <span>
        <b safe>{name}</b>
        <small safe>{`@${username}`}</small>
      </span>
    </span>
  );
}
