/** Banners in `#notices`: what the person must know, each with one action. */

import type { PeerView } from '../client/engine-types.ts';
import { say, sentence, t } from '../contract/words.ts';
import { actionFor } from './notice-actions.ts';
import { loadHistory } from './part.ts';
import { everybody } from './people.ts';
import { engine, onEvent } from './session.ts';

/** Shows notices of the engine, and people whose identity is another one now. */
export function watchNotices(place: HTMLElement): void {
  onEvent((event) => {
    // A person with another identity has a banner of their own, with what to do about it.
    if (event.type === 'notice' && event.code !== 'identity') showNotice(place, event.code, event.message);
    if (event.type === 'peer') showIdentity(place, event.peer);
  });
  void everybody().then((people) => {
    for (const peer of people) showIdentity(place, peer);
  });
  onEvent(({ type }) => {
    if (type === 'devices') void showNews(place);
  });
  const endWaiting = onEvent(({ type }) => {
    if (type !== 'backup') return;
    endWaiting();
    void loadHistory().then((part) => {
      part.watchRestoring(place);
      part.watchAsked(place);
    });
  });
  void showNews(place);
}

/** Says when a click came to nothing; a form that shows its own errors asks for them by status. */
export function watchRequests(place: HTMLElement): void {
  document.addEventListener('htmx:response:error', (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { sourceElement: Element; response: { status: number } } }>)
      .detail;
    const { status } = ctx.response;
    if (!ctx.sourceElement.hasAttribute(`hx-status:${status}`))
      showNotice(
        place,
        'request',
        say(SENTENCES.get(status) ?? sentence('The server could not do that. Try again in a moment.')),
      );
  });
  document.addEventListener('htmx:error', () =>
    showNotice(place, 'request', t('The server does not answer. Check your connection and try again.')),
  );
}
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [401, sentence('You are not signed in any more. Load the page again.')],
  [429, sentence('That was too often. Wait a minute and try again.')],
]);

/** Shows a sentence until it is dismissed; the same code is shown once. */
export function showNotice(place: HTMLElement, code: string, words: string): void {
  const banner = bannerFor(place, code);
  banner.replaceChildren(
    paragraph(words),
    ...actions(code, banner),
    button(t('Dismiss'), () => banner.remove()),
  );
}

function actions(code: string, banner: HTMLElement): readonly HTMLElement[] {
  const action = actionFor(code);
  if (!action) return [];
  const words = say(action.words);
  const { act } = action;
  if (typeof act === 'string') return [linkTo(words, act)];
  return [
    button(words, async () => {
      banner.remove();
      await act();
    }),
  ];
}

/** What changed among one's own devices, until it is dismissed: here, or in another tab. */
async function showNews(place: HTMLElement): Promise<void> {
  const client = await engine;
  const news = await client.deviceNews();
  const codes = new Set(news.map(({ device }) => `device-${device}`));
  for (const shown of place.querySelectorAll<HTMLElement>('[data-notice^="device-"]'))
    if (!codes.has(shown.dataset.notice ?? '')) shown.remove();
  for (const { device, kind, message } of news) {
    const banner = bannerFor(place, `device-${device}`);
    banner.classList.add('warn');
    const look = document.createElement('a');
    look.className = 'link';
    look.href = '/settings#devices';
    look.textContent = t('Look at your devices');
    banner.replaceChildren(
      paragraph(message),
      look,
      button(kind === 'added' ? t('It was me') : t('Dismiss'), () => client.dismissNews(device)),
    );
  }
}

function showIdentity(place: HTMLElement, peer: PeerView): void {
  const code = `identity-${peer.account}`;
  if (!peer.identityChanged) {
    place.querySelector(`[data-notice="${code}"]`)?.remove();
    return;
  }
  const banner = bannerFor(place, code);
  banner.classList.add('warn');
  if (peer.verified) {
    banner.replaceChildren(
      paragraph(
        t(
          '{name}, whom you had verified, has a new identity. Nothing is sent until you compare safety numbers again.',
          { name: peer.name },
        ),
      ),
      linkTo(t('Compare now'), `/verify/${peer.account}`),
    );
    return;
  }
  banner.replaceChildren(
    paragraph(
      t('{name} has a new identity. Compare safety numbers before you send anything private.', {
        name: peer.name,
      }),
    ),
    button(t('Continue with the new identity'), async () => {
      await (await engine).acknowledgeIdentity(peer.account);
      banner.remove();
    }),
  );
}

function bannerFor(place: HTMLElement, code: string): HTMLElement {
  const present = place.querySelector<HTMLElement>(`[data-notice="${CSS.escape(code)}"]`);
  if (present) return present;
  const banner = document.createElement('div');
  banner.className = 'notice';
  banner.dataset.notice = code;
  place.append(banner);
  return banner;
}

function paragraph(words: string): HTMLElement {
  const text = document.createElement('p');
  text.textContent = words;
  return text;
}

function button(words: string, act: () => void | Promise<void>): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'link';
  element.textContent = words;
  element.addEventListener('click', () => void act());
  return element;
}

function linkTo(words: string, address: string): HTMLElement {
  const element = document.createElement('a');
  element.className = 'link';
  element.href = address;
  element.textContent = words;
  return element;
}
