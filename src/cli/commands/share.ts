/** `share` and `shares`: links to a file for people without an account. */
import type { ShareLink } from '../../client/files/sharing-types.ts';
import { shareUrl } from '../../contract/paths.ts';
import { isShareId } from '../../contract/shares.ts';
import type { Command } from '../command.ts';
import { withDevice } from '../device.ts';
import { WrongUse } from '../failures.ts';
import { chooseFile, findFiles, onlyFile } from '../naming-files.ts';
import { plain, timeOf } from '../output.ts';
import { hashPassword } from '../password-hash.ts';
import { lifetime, wholeNumber } from '../values.ts';

/** A link lasts so long when nothing else is said: a week. */
const DEFAULT_LIFE = '7d';

export const share: Command = async (invocation) => {
  const { option, rest, output, io } = invocation;
  const [id] = rest;
  if (id === undefined) throw new WrongUse('Say which file: the id of a message, or of a file.');
  const life = lifetime('expires', option('expires') ?? DEFAULT_LIFE);
  if (life === null) throw new WrongUse('A link ends some time: give it a year at most.');
  const most = option('downloads');
  const downloads = most === null ? null : wholeNumber('downloads', most);
  const named = option('password-env');
  const text = named === null ? null : io.env[named];
  if (text === undefined || text === '') throw new WrongUse(`Set ${named} to the password of the link.`);
  const wanted = option('file');
  await withDevice(invocation, async (device) => {
    const { files } = await findFiles(device, id);
    const file = wanted === null ? onlyFile(files) : chooseFile(files, wanted);
    const sharing = await device.engine.sharing();
    const made = await sharing.share(file, {
      password: text === null ? null : { text, hash: hashPassword },
      expiresAt: Date.now() + life,
      downloads,
    });
    await device.engine.flush();
    const shown = fieldsOf(made, device.server.origin);
    await output.event('share', shown, shown.url ?? '');
  });
};

export const shares: Command = async (invocation) => {
  const { option, output } = invocation;
  const revoked = option('revoke');
  if (revoked !== null && !isShareId(revoked))
    throw new WrongUse(`A link is named by its 32 hexadecimal digits, not "${revoked}".`);
  await withDevice(invocation, async (device) => {
    const sharing = await device.engine.sharing();
    if (revoked !== null) {
      await sharing.endShare(revoked);
      return output.event(
        'ended',
        { id: revoked },
        'The link is over, and so is what was being fetched by it.',
      );
    }
    const all = await sharing.shares();
    for (const each of all) {
      const shown = fieldsOf(each, device.server.origin);
      await output.event('share', shown, lineOf(each, shown.url));
    }
    if (all.length === 0) await output.remark('No links.');
  });
};

const fieldsOf = (link: ShareLink, origin: string) => {
  const { id, file, name, key, expiresAt, hasPassword, downloads, used } = link;
  const url = key === null ? null : shareUrl(origin, id, key);
  return { id, file, name, url, expiresAt, password: hasPassword, downloads, used };
};

function lineOf(
  { id, name, expiresAt, hasPassword, downloads, used }: ShareLink,
  url: string | null,
): string {
  const facts = [
    name === null ? '(made on a device that has not told this one)' : plain(name),
    `until ${timeOf(expiresAt)}`,
    downloads === null ? `${used} downloads` : `${used} of ${downloads} downloads`,
    ...(hasPassword ? ['password'] : []),
  ];
  return `${id}  ${facts.join(', ')}${url === null ? '' : `\n  ${url}`}`;
}
