/**
 * Links whose pane the server does not give lead on all the same: as the plain links that they are, which the service
 * worker answers from what is kept.
 */
interface Context {
  readonly sourceElement: Element;
}
interface Swap {
  readonly ctx: Context;
  readonly tasks: readonly {
    readonly target: Element | string | null;
    readonly fragment: DocumentFragment;
  }[];
}

/** Watches every link of the page, once. */
export function keepLinksWorking(): void {
  // A browser that knows it is offline need not ask first.
  document.addEventListener(
    'click',
    (event) => {
      if (!navigator.onLine && linkOf(event.target)) event.stopPropagation();
    },
    true,
  );
  document.addEventListener('htmx:error', (event) => {
    const { ctx } = (event as CustomEvent<{ ctx?: Context }>).detail;
    follow(ctx?.sourceElement);
  });
  // Somebody else's page, such as that of a network which wants a sign-in first.
  document.addEventListener('htmx:before:swap', (event) => {
    const { ctx, tasks } = (event as CustomEvent<Swap>).detail;
    const isStrange = tasks.some(
      ({ target, fragment }) =>
        target instanceof Element && target.id === 'main' && !fragment.querySelector('[data-view]'),
    );
    if (!isStrange) return;
    event.preventDefault();
    follow(ctx.sourceElement);
  });
}

function follow(element: Element | undefined): void {
  const link = linkOf(element ?? null);
  if (link) location.assign(link.href);
}

const linkOf = (target: EventTarget | null): HTMLAnchorElement | null =>
  target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
