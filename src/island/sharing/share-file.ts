/** The dialog that makes a link to a file. */
import type { FileView } from '../../client/files/view.ts';
import { shareUrl } from '../../contract/paths.ts';
import { plural, t } from '../../contract/words.ts';
import { hashPassword } from '../argon2.ts';
import { field } from '../groups/draw.ts';
import { engine } from '../session.ts';
import { expiryChoice, numberChoice } from './choices.ts';
import { askForLink } from './dialog.ts';

const ANY = '0';
const DOWNLOADS = [1, 5, 20, 100];

/** Resolves when the dialog is closed. */
export async function shareFile(file: FileView): Promise<void> {
  const sharing = await (await engine).sharing();
  const password = field('password', t('Password'), {
    type: 'password',
    autocomplete: 'new-password',
    hint: t('If you want one. Tell it in another way than the link.'),
  });
  const expiry = expiryChoice('expires', 7);
  const downloads = numberChoice(
    'downloads',
    t('It can be opened'),
    [
      [ANY, t('Any number of times')] as const,
      ...DOWNLOADS.map((n) => [String(n), plural(n, 'Once', '{n} times')] as const),
    ],
    ANY,
  );
  await askForLink({
    title: t('Share {name}', { name: file.name }),
    lead: t(
      'Whoever has the link can open this file, without an account. The key is in the link: this server never sees it.',
    ),
    fields: [password.row, expiry.row, downloads.row],
    submit: t('Make the link'),
    made: t('Send this link to whoever should have the file. You find it again in Settings.'),
    async make() {
      const text = password.input.value;
      const { id, key } = await sharing.share(file, {
        password: text === '' ? null : { text, hash: hashPassword },
        expiresAt: expiry.value(),
        downloads: downloads.value() || null,
      });
      return shareUrl(location.origin, id, key ?? '');
    },
  });
}
