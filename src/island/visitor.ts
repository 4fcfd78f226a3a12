/** What the pages of links share: their address, their end, and what they ask the server by. */
import { waitBy } from '../client/files/patience.ts';
import { FileProblem } from '../client/files/types.ts';
import { readLink, type VisitedLink } from '../client/files/visit.ts';
import { httpVisitor } from '../client/files/visitor-transport.ts';
import { TransportRefused } from '../client/ports.ts';
import { locale, t } from '../contract/words.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { FieldError } from './form.ts';
import { showStep, writeMark } from './steps.ts';
import { OPTIONS } from './transport.ts';

export const visitor = () => httpVisitor(OPTIONS);

/** The link of this page; null, and the page says so, when it was not copied whole. */
export function pageLink<Id extends string>(isId: (value: string) => value is Id): VisitedLink<Id> | null {
  const link = readLink(location.pathname.split('/').at(-1) ?? '', location.hash.slice(1), isId);
  if (link === null)
    showOver(
      t('Part of the link is missing. Copy all of it, with everything behind the #, and open it again.'),
    );
  return link;
}

/** The page has nothing to offer any more. */
function showOver(sentence: string): void {
  writeMark('link-over', sentence);
  showStep('over');
  showButtons(false);
}

export function showButtons(shown: boolean): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-link-buttons]')) place.hidden = !shown;
}

/** What ends the page, by its sentence; what can be mended stands beside the form. */
export function tellLinkError(error: unknown): never {
  if (error instanceof TransportRefused && error.status === 404) {
    showOver(error.message);
    throw new FieldError('', '');
  }
  if (error instanceof TransportRefused && error.status === 403)
    throw new FieldError('password', error.message);
  if (error instanceof FileProblem) throw new FieldError('', error.message);
  if (isProtocolError(error))
    throw new FieldError(
      '',
      t('The server asks for something that would make the password easy to guess, so nothing was sent.'),
    );
  throw error;
}

/** "21 November 2026 at 19:15". */
export const dayAndTime = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(at);

export const waitHere = waitBy((delay, task) => {
  const timer = setTimeout(task, delay);
  return () => clearTimeout(timer);
});
