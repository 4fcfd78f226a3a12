/** What kind of thing a file is, for those who look for one: by its sniffed type, or by the ending of its name where it has none. */
import type { FileFilter } from './types.ts';
import type { FileView } from './view.ts';

export type FileKind = NonNullable<FileFilter['kind']>;

const DOCUMENTS =
  /\.(?:pdf|txt|md|csv|tsv|rtf|docx?|odt|xlsx?|ods|pptx?|odp|key|numbers|pages|epub|html?|json|xml|ya?ml|log)$/i;

export function kindOfFile({ type, name }: Pick<FileView, 'type' | 'name'>): FileKind {
  for (const kind of ['image', 'video', 'audio'] as const) if (type.startsWith(`${kind}/`)) return kind;
  return type === 'application/pdf' || type.startsWith('text/') || DOCUMENTS.test(name)
    ? 'document'
    : 'other';
}
