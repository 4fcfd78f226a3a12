/**
 * htmx, its socket, and the guard that decides what of the server's HTML may enter the page. Pages where passwords are
 * typed do not load it at all.
 */
import './htmx-config.ts';
import htmx from 'htmx.org';
import { policy } from './trusted-types.ts';

/** Nothing of a page is ever evaluated: `hx-on`, `js:` values and trigger filters end here. */
function deny(): never {
  throw new Error('Pages of Sotto hold no code.');
}

/** Where only the island writes: a fragment of the server never lands in these. */
const ISLAND_ONLY =
  '#timeline, #notices, #connection, sotto-composer, sealed-message, sealed-preview, [data-safety-number], [data-verify-code], [data-scan], [data-recovery-code], [data-readers], [data-group-title], [data-group], [data-new-conversation]';

/** A link that is not answered in this time is followed as a plain one (links.ts). */
const LINK_TIMEOUT = '4s';

interface RequestDetail {
  readonly ctx: { readonly request: { readonly headers: Record<string, string>; timeout?: string } };
}
interface SwapDetail {
  readonly tasks: { readonly target: Element | string | null; readonly fragment: DocumentFragment }[];
}
interface FrameDetail {
  readonly message: { readonly data: unknown };
}

/** Only envelopes and conversation rows come by the socket, into the inbox; and sign-ins from new places, into theirs. */
const PLACES: readonly unknown[] = ['#inbox', '#places'];
function isFrameForInbox(data: unknown): boolean {
  if (typeof data !== 'string' || !data.startsWith('{')) return false;
  try {
    const frame: unknown = JSON.parse(data);
    if (typeof frame !== 'object' || frame === null || 'payload' in frame) return false;
    return !('content' in frame) || ('target' in frame && PLACES.includes(frame.target));
  } catch {
    return false;
  }
}

htmx.registerExtension('sotto', {
  init: (api: { initSecurity(policy: unknown, sync: unknown, async: unknown): void }) => {
    api.initSecurity(policy, deny, deny);
  },
  // The current URL carries the secret of an invite after its `#`.
  htmx_config_request: (element: Element, { ctx }: RequestDetail) => {
    delete ctx.request.headers['HX-Current-URL'];
    if (element.localName === 'a') ctx.request.timeout = LINK_TIMEOUT;
  },
  htmx_before_swap: (_element: Element, { tasks }: SwapDetail) =>
    tasks.every(({ target }) => {
      const element = typeof target === 'string' ? document.querySelector(target) : target;
      return !element?.closest(ISLAND_ONLY);
    }),
  htmx_ws_before_message_incoming: (_element: Element, { message }: FrameDetail) =>
    isFrameForInbox(message.data),
  // Nothing is sent over the page's socket: its attributes would let HTML decide what leaves.
  htmx_ws_before_message_outgoing: () => false,
});

export { htmx };
