/** The page of a link to a file: asks for the password, says what the file is, saves it. */
import { downloadFile } from '../../client/files/download.ts';
import type { FileView } from '../../client/files/view.ts';
import { type VisitedLink, visitShare } from '../../client/files/visit.ts';
import { isShareId, type ShareId, type ShareOffer } from '../../contract/shares.ts';
import { t } from '../../contract/words.ts';
import { hashPassword } from '../argon2.ts';
import { byteSize, partOf } from '../byte-size.ts';
import { browserCrypto } from '../crypto.ts';
import { kindOf } from '../file-card/kind.ts';
import { FieldError, type IslandForm } from '../form.ts';
import type { Saveable } from '../save/read-on.ts';
import { saveFile } from '../save/save-file.ts';
import { showStep, writeMark } from '../steps.ts';
import { dayAndTime, pageLink, showButtons, tellLinkError, visitor, waitHere } from '../visitor.ts';

/** Takes the form. */
export function takeShare(form: IslandForm): void {
  const link = pageLink(isShareId);
  if (link === null) return;
  const transport = visitor();
  let offer: ShareOffer | null = null;
  let file: Saveable | null = null;
  form.take(async () => {
    try {
      if (file === null && offer !== null) {
        file = await open(form, link, offer, transport);
        form.label(t('Save'));
      } else if (file !== null) await save(form, file);
    } catch (error) {
      tellLinkError(error);
    }
  });
  void form.runBeside(async () => {
    offer = await transport.shareOffer(link.id).catch(tellLinkError);
    showOffer(offer);
  });
}

function showOffer({ size, expiresAt, password }: ShareOffer): void {
  writeMark(
    'share-about',
    t('A file of {size}. The link works until {time}.', {
      size: byteSize(size),
      time: dayAndTime(expiresAt),
    }),
  );
  document.querySelector('[data-share-about]')?.removeAttribute('data-waiting');
  for (const place of document.querySelectorAll<HTMLElement>('[data-share-password]'))
    place.hidden = password === null;
  showButtons(true);
}

async function open(
  form: IslandForm,
  link: VisitedLink<ShareId>,
  offer: ShareOffer,
  transport: ReturnType<typeof visitor>,
): Promise<Saveable> {
  const password = form.text('password');
  if (offer.password !== null && password === '') throw new FieldError('password', t('Type the password.'));
  form.progress(offer.password === null ? t('Opening the link…') : t('Deriving keys…'));
  const crypto = await browserCrypto();
  const tools = { crypto, transport, hash: hashPassword };
  const { file, visit } = await visitShare(tools, link, offer, password);
  showFile(file, offer.expiresAt);
  const hashes = new Map<string, readonly Uint8Array[]>();
  const reading = {
    provider: crypto.provider,
    transport: transport.visiting(visit, file.size),
    clock: crypto.clock,
    wait: waitHere,
    hashes,
  };
  return {
    name: file.name,
    size: file.size,
    read: (from, to, watch) => downloadFile(reading, file, from, to, watch),
  };
}

function showFile(file: FileView, expiresAt: number): void {
  writeMark('share-name', file.name);
  const until = t('until {time}', { time: dayAndTime(expiresAt) });
  writeMark('share-facts', [kindOf(file), byteSize(file.size), until].join(' · '));
  showStep('file');
}

async function save(form: IslandForm, file: Saveable): Promise<void> {
  const bar = document.querySelector<HTMLProgressElement>('[data-share-progress]');
  const show = (done: number) => {
    if (bar) bar.value = file.size === 0 ? 1 : done / file.size;
  };
  if (bar) bar.hidden = false;
  show(0);
  try {
    const isSaved = await saveFile(file, {
      progress: (done) => {
        show(done);
        form.progress(partOf(done, file.size));
      },
      waiting: (reason) => form.progress(reason ?? ''),
    });
    if (isSaved) writeMark('share-saved', t('Saved. Every part of it is as it was sent.'));
  } finally {
    if (bar) bar.hidden = true;
  }
}
