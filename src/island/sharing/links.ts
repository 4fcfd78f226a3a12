/** `[data-links]`: one's own links, file requests, and what was handed in. Names and titles are sealed: all of it is drawn here. */
import type { FileRequestLink, ReceivedFile, ShareLink, Sharing } from '../../client/files/sharing-types.ts';
import { fileRequestUrl, shareUrl } from '../../contract/paths.ts';
import { locale, plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { button, carefulButton, draw, sentenceOf, shadowOf } from '../groups/draw.ts';
import { engine } from '../session.ts';
import { askForFiles } from './ask-for-files.ts';
import { copyLink } from './dialog.ts';

const STYLE = `
  ul { display: grid; gap: var(--s3); margin: 0; padding: 0; list-style: none; }
  li { display: grid; gap: var(--s1); overflow-wrap: anywhere; }
  li ul { padding-inline-start: var(--s4); margin-block-start: var(--s2); }
  h3 { margin-block: var(--s3) var(--s2); }
`;
const UNKNOWN = () => t('Made on a device that has not told this one');

export async function openLinks(place: HTMLElement): Promise<void> {
  const client = await engine;
  const sharing = await client.sharing();
  const host = draw('div');
  const root = shadowOf(host, STYLE);
  const problem = draw('p', { class: 'error', role: 'alert' });
  const list = draw('div', { class: 'stack' });
  const ask = button(t('Ask for files'), 'button', async () => {
    await askForFiles();
    await show();
  });
  root.append(draw('div', { class: 'stack' }, list, problem, draw('div', { class: 'buttons' }, ask)));
  place.replaceChildren(host);

  const act = async (work: () => Promise<unknown>) => {
    problem.textContent = '';
    try {
      await work();
      await show();
    } catch (error) {
      problem.textContent = sentenceOf(error);
    }
  };
  const keep = async (request: FileRequestLink, file: ReceivedFile) => {
    const notes = await client.direct(client.self.account);
    await sharing.keep(request.id, file.id, notes.id);
  };
  const show = async () => {
    const [shares, requests] = await Promise.all([sharing.shares(), sharing.requests()]);
    const rows = (all: readonly HTMLElement[], none: string) =>
      all.length === 0 ? draw('p', { class: 'hint' }, none) : draw('ul', {}, ...all);
    list.replaceChildren(
      draw('h3', {}, t('Links to files')),
      rows(
        shares.map((each) => shareRow(each, sharing, act)),
        t('None. Choose Share at a file to make one.'),
      ),
      draw('h3', {}, t('File requests')),
      rows(
        requests.map((each) => requestRow(each, { sharing, act, keep })),
        t('None. Ask for files, and give the link to whoever has them.'),
      ),
    );
  };
  await act(async () => {});
}

type Act = (work: () => Promise<unknown>) => Promise<void>;

function shareRow(link: ShareLink, sharing: Sharing, act: Act): HTMLElement {
  const { id, name, key, expiresAt, hasPassword, downloads, used } = link;
  const facts = [
    t('until {day}', { day: dayOf(expiresAt) }),
    downloads === null
      ? plural(used, 'opened once', 'opened {n} times')
      : t('opened {n} of {all} times', { n: used, all: downloads }),
    ...(hasPassword ? [t('with a password')] : []),
  ];
  return linkRow(name ?? UNKNOWN(), facts, [
    ...copyButton(key === null ? null : shareUrl(location.origin, id, key), name ?? ''),
    carefulButton(t('End'), t('Nobody can open it any more. End it?'), () => act(() => sharing.endShare(id))),
  ]);
}

function requestRow(
  request: FileRequestLink,
  {
    sharing,
    act,
    keep,
  }: {
    readonly sharing: Sharing;
    readonly act: Act;
    readonly keep: (request: FileRequestLink, file: ReceivedFile) => Promise<void>;
  },
): HTMLElement {
  const { id, title, key, expiresAt, files, received } = request;
  const row = linkRow(
    title ?? UNKNOWN(),
    [t('until {day}', { day: dayOf(expiresAt) }), plural(files, '{n} file at most', '{n} files at most')],
    [
      ...copyButton(key === null ? null : fileRequestUrl(location.origin, id, key), title ?? ''),
      carefulButton(t('End'), t('What you have not kept is deleted. End it?'), () =>
        act(() => sharing.endRequest(id)),
      ),
    ],
  );
  const inside = received.map((each) =>
    linkRow(
      each.file?.name ?? t('A file that does not open here'),
      [byteSize(each.size), dayOf(each.receivedAt)],
      [
        ...(each.file === null ? [] : [keepButton(each.file.name, () => act(() => keep(request, each)))]),
        carefulButton(t('Throw away'), t('It is deleted for good. Throw it away?'), () =>
          act(() => sharing.throwAway(id, each.id)),
        ),
      ],
    ),
  );
  if (inside.length > 0) row.append(draw('ul', { 'aria-label': t('Handed in') }, ...inside));
  return row;
}

function linkRow(name: string, facts: readonly string[], buttons: readonly HTMLElement[]): HTMLElement {
  return draw(
    'li',
    {},
    draw('b', {}, name),
    draw('span', { class: 'hint' }, facts.join(' · ')),
    draw('span', { class: 'buttons' }, ...buttons),
  );
}

function keepButton(name: string, work: () => Promise<void>): HTMLElement {
  const keep = button(t('Keep in Notes to self'), 'button small', work);
  keep.setAttribute('aria-label', t('Keep in Notes to self: {name}', { name }));
  return keep;
}

function copyButton(address: string | null, name: string): readonly HTMLElement[] {
  if (address === null) return [];
  const copy = draw('button', { type: 'button', class: 'button small' }, t('Copy link'));
  copy.setAttribute('aria-label', t('Copy link: {name}', { name }));
  copy.addEventListener('click', () => void copyLink(copy, address));
  return [copy];
}

const dayOf = (at: number): string => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(at);
