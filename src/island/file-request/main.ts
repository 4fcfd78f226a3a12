/** The page of a file request: somebody without an account picks files, they are sealed here and handed in one after the other. */

import { displayName, displayText } from '../../client/display-text.ts';
import { sniff } from '../../client/files/sniff.ts';
import { handIn, type VisitedLink, visitRequest } from '../../client/files/visit.ts';
import { type FileRequestId, type FileRequestOffer, isFileRequestId } from '../../contract/shares.ts';
import { plural, t } from '../../contract/words.ts';
import type { FileRequestTarget } from '../../protocol/file-request.ts';
import { byteSize, partOf } from '../byte-size.ts';
import { browserCrypto } from '../crypto.ts';
import { FieldError, type IslandForm } from '../form.ts';
import { showStep, writeMark } from '../steps.ts';
import { dayAndTime, pageLink, showButtons, tellLinkError, visitor, waitHere } from '../visitor.ts';
import { type Picked, Picker } from './picker.ts';

/** Takes the form. */
export function takeFileRequest(form: IslandForm): void {
  const link = pageLink(isFileRequestId);
  if (link === null) return;
  const transport = visitor();
  void form.runBeside(async () => {
    const offer = await transport.requestOffer(link.id).catch(tellLinkError);
    const crypto = await browserCrypto();
    const target = await visitRequest(crypto, link, offer).catch(tellLinkError);
    const picker = showRequest(target, offer);
    form.take(() => send(form, link, target, picker).catch(tellLinkError));
  });
}

function showRequest(target: FileRequestTarget, offer: FileRequestOffer): Picker {
  writeMark('request-title', displayText(target.title) || t('Send files'));
  const about = [
    t('{name} asks for this. The link works until {time}.', {
      name: displayName(target.name, t('Somebody')),
      time: dayAndTime(offer.expiresAt),
    }),
    plural(offer.filesLeft, '{n} file of up to {size} is taken.', '{n} files of up to {size} are taken.', {
      size: byteSize(offer.maxFileBytes),
    }),
  ];
  writeMark('request-about', about.join(' '));
  document.querySelector('[data-request-about]')?.removeAttribute('data-waiting');
  const picker = new Picker({ files: offer.filesLeft, bytes: offer.maxFileBytes });
  document.querySelector('[data-request-files]')?.append(picker.element);
  showButtons(true);
  return picker;
}

async function send(
  form: IslandForm,
  link: VisitedLink<FileRequestId>,
  target: FileRequestTarget,
  picker: Picker,
): Promise<void> {
  const { files } = picker;
  if (files.length === 0) throw new FieldError('', t('Choose the files first.'));
  const transport = visitor();
  const crypto = await browserCrypto();
  for (const each of [...files]) {
    const done = (bytes: number) => {
      each.show(bytes);
      form.progress(`${each.name}: ${partOf(bytes, each.file.size)}`);
    };
    done(0);
    // What has arrived is not sent again when a later one has to be tried again.
    await handIn({ crypto, wait: waitHere, transport }, link, target, await sourceOf(each), {
      progress: done,
    });
    picker.arrived(each);
  }
  writeMark(
    'request-done',
    plural(picker.sent, '{name} has {n} file of yours now.', '{name} has {n} files of yours now.', {
      name: displayName(target.name, t('Somebody')),
    }),
  );
  showStep('done');
  showButtons(false);
}

async function sourceOf({ file, name }: Picked) {
  const read = async (from: number, to: number) => {
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch {
      throw new FieldError('', t('{name} cannot be read any more: choose it again.', { name }));
    }
  };
  return {
    source: { size: file.size, read },
    name,
    type: sniff(await read(0, Math.min(file.size, HEAD_BYTES))),
  };
}

/** What the type is told by. */
const HEAD_BYTES = 4096;
