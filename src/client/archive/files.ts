/** Files of messages: see docs/export.md. Fetched when somebody exports or imports. */
import type { Context } from '../context.ts';
import { jsonLine } from './export-json.ts';
import { markdownBlock } from './export-markdown.ts';
import { exportRecords } from './export-records.ts';
import { checkFile, importFile, previewFile } from './import-run.ts';
import type { Archive, ExportChoice } from './types.ts';

export const openArchive = (ctx: Context): Archive => ({
  export: (choice) => exportText(ctx, choice),
  check: (file) => checkFile(file),
  preview: (file, choice) => previewFile(ctx, file, choice),
  import: (file, choice) => importFile(ctx, file, choice),
});

/** Characters that are handed on at once: writing every record for itself costs more than making it. */
const PIECE = 256 * 1024;

async function* exportText(ctx: Context, choice: ExportChoice): AsyncGenerator<string> {
  const write = choice.format === 'json' ? jsonLine : markdownBlock;
  let piece = '';
  for await (const record of exportRecords(ctx, choice)) {
    piece += write(record);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
