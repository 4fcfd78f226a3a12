/** Rows of the audit log as files for other programs: CSV (RFC 4180), and JSON lines. */
import type { AuditRecord } from '../contract/audit.ts';

export const AUDIT_FORMATS = ['csv', 'jsonl'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

const COLUMNS = ['seq', 'time', 'actor', 'action', 'subject', 'detail', 'hash'] as const;
/** Rows in one piece of the file. */
const PIECE = 200;

/** A file in pieces of UTF-8, made as they are taken. */
export async function* auditFile(
  rows: AsyncIterable<AuditRecord>,
  format: AuditFormat,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let lines = format === 'csv' ? [`${COLUMNS.join(',')}\r\n`] : [];
  for await (const row of rows) {
    lines.push(format === 'csv' ? csvLine(row) : `${JSON.stringify(row)}\n`);
    if (lines.length < PIECE) continue;
    yield encoder.encode(lines.join(''));
    lines = [];
  }
  if (lines.length > 0) yield encoder.encode(lines.join(''));
}

function csvLine({ seq, at, actor, action, subject, detail, hash }: AuditRecord): string {
  const cells = [
    String(seq),
    new Date(at).toISOString(),
    actor ?? '',
    action,
    subject,
    JSON.stringify(detail),
    hash,
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** In quotes where it has to be. What a spreadsheet would take for a formula gets an apostrophe before it, which makes it text there. */
export function csvCell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
