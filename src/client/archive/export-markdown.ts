/**
 * Records as Markdown that reads well: front matter for each, and below it what a person wants to see. Every value of the front
 * matter is JSON, which is YAML too, so no word of anybody can be taken for structure.
 */
import type { ExportedMessage } from '../../contract/export.ts';
import { bytesWritten, t } from '../../contract/words.ts';
import { displayText } from '../display-text.ts';
import { safeJson } from './export-json.ts';
import type { Written } from './export-records.ts';
import { quoteText } from './markdown-quote.ts';

export function markdownBlock(record: Written): string {
  const { text, ...fields } = record.type === 'message' ? record : { ...record, text: '' };
  const front = Object.entries(fields)
    .map(([name, value]) => `${plainName(name)}: ${safeJson(value)}\n`)
    .join('');
  return `---\n${front}---\n${bodyOf(record, text)}`;
}

/** Names of unknown fields are words (see import-fields.ts); anything else is written as JSON, which YAML takes as a key too. */
const plainName = (name: string): string => (/^[A-Za-z][\w-]*$/.test(name) ? name : safeJson(name));

function bodyOf(record: Written, text: unknown): string {
  if (record.type === 'export') return `\n# ${t('Messages from Sotto')}\n\n`;
  if (record.type === 'conversation') return `\n## ${heading(record.name ?? '', t('Conversation'))}\n\n`;
  if (record.type !== 'message' || typeof text !== 'string') return '\n';
  const files = (record.files ?? []).map(
    ({ name, size }) => `- ${heading(name, '')}, ${bytesWritten(size)}\n`,
  );
  const list = files.length === 0 ? '' : `\n${files.join('')}`;
  return `\n### ${headOf(record)}\n\n${quoteText(text)}${list}\n`;
}

function headOf({ name, time }: Pick<ExportedMessage, 'name' | 'time'>): string {
  return `${heading(name, t('Somebody'))}, ${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** On one line, and without a meaning in Markdown. */
const heading = (words: string, fallback: string): string =>
  (displayText(words) || fallback).replace(/[\\`*_{}[\]<>#|&~]/g, (each) => `\\${each}`);
