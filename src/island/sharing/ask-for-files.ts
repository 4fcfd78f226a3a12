/** The dialog that makes a file request. */
import { MAX_FILE_BYTES } from '../../contract/files.ts';
import { fileRequestUrl } from '../../contract/paths.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { field } from '../groups/draw.ts';
import { engine } from '../session.ts';
import { expiryChoice, numberChoice } from './choices.ts';
import { askForLink } from './dialog.ts';

const FILES = [1, 5, 10, 50, 100];
const LARGEST = [10, 100, 1000].map((n) => n * 1_000_000);
const MAX_TITLE_LENGTH = 120;

/** Resolves when the dialog is closed. */
export async function askForFiles(): Promise<void> {
  const sharing = await (await engine).sharing();
  const title = field('title', t('What you ask for'), {
    maxlength: String(MAX_TITLE_LENGTH),
    hint: t('Whoever opens the link reads this and your name. This server reads neither.'),
  });
  const expiry = expiryChoice('expires', 30);
  const files = numberChoice(
    'files',
    t('Files at most'),
    FILES.map((n) => [String(n), plural(n, '{n} file', '{n} files')] as const),
    '10',
  );
  const largest = numberChoice(
    'largest',
    t('Each of them up to'),
    [...LARGEST, MAX_FILE_BYTES].map((n) => [String(n), byteSize(n)] as const),
    String(LARGEST[1]),
  );
  await askForLink({
    title: t('Ask for files'),
    lead: t(
      'Whoever has the link can send you files, without an account. They are sealed for your devices alone.',
    ),
    fields: [title.row, expiry.row, files.row, largest.row],
    submit: t('Make the link'),
    made: t('Send this link to whoever has the files. What they send waits for you in Settings.'),
    async make() {
      const { id, key } = await sharing.request({
        title: title.input.value,
        expiresAt: expiry.value(),
        files: files.value(),
        maxFileBytes: largest.value(),
      });
      return fileRequestUrl(location.origin, id, key ?? '');
    },
  });
}
