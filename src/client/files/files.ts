/** The files of an engine. */
import type { Context } from '../context.ts';
import type { FileCarrier } from './ports.ts';
import type { Files } from './types.ts';

export function openFiles(_ctx: Context, _carrier: FileCarrier | null): Files {
  throw new Error('files are not there yet');
}
