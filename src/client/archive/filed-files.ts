/** Files of a message as they stand in an export: what is needed to fetch and open them; previews are in the original alone. */
import { fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { ExportedFile } from '../../contract/export.ts';
import { isFileId, MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import { checkedFiles } from '../files/checked.ts';
import type { FileView } from '../files/view.ts';
import { added, nullable, number, type Of, record, StoredError, text, word } from '../stored.ts';
import type { Fields } from './import-fields.ts';

export const exportedFile = (file: FileView): ExportedFile => {
  const { id, name, type, size, series, version, width, height, duration, expiresAt } = file;
  return {
    id,
    name,
    type,
    size,
    key: toBase64(file.key),
    root: toBase64(file.root),
    commitment: toBase64(file.commitment),
    series,
    version,
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(duration === null ? {} : { duration }),
    ...(expiresAt === null ? {} : { expires: new Date(expiresAt).toISOString() }),
  };
};

const Filed = record({
  id: word(isFileId),
  name: text,
  type: added(text, ''),
  size: number,
  key: text,
  root: text,
  commitment: text,
  series: word(isFileId),
  version: number,
  width: added(nullable(number), null),
  height: added(nullable(number), null),
  duration: added(nullable(number), null),
  expires: added(nullable(text), null),
});

/** What a record claims of its files; nothing of it is believed before it is signed for. @throws ImportProblem */
export function readFiles(fields: Fields): readonly FileView[] {
  const claimed = fields.list('files', MAX_FILES_PER_MESSAGE);
  const files = checkedFiles(claimed.map((each) => readFile(fields, each)));
  return files ?? refuse(fields);
}

function readFile(fields: Fields, claimed: unknown): FileView {
  try {
    return fileOf(Filed.read(claimed));
  } catch (error) {
    if (error instanceof StoredError || error instanceof SyntaxError) return refuse(fields);
    throw error;
  }
}

function fileOf({ key, root, commitment, expires, ...rest }: Of<typeof Filed>): FileView {
  const expiresAt = expires === null ? null : Date.parse(expires);
  if (Number.isNaN(expiresAt)) throw new SyntaxError('No time.');
  return {
    ...rest,
    key: fromBase64(key),
    root: fromBase64(root),
    commitment: fromBase64(commitment),
    expiresAt,
    previewType: '',
    preview: null,
  };
}

const refuse = (fields: Fields): never => fields.fail('files', t('files as an export describes them'));
