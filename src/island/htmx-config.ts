/**
 * htmx reads its settings from the document once, while its module is evaluated, and its allow-list of extensions from
 * nowhere else. So this module must be imported before htmx; it speaks for the page, whatever the page itself says.
 */
const settings = document.createElement('meta');
settings.name = 'htmx-config';
settings.content = JSON.stringify({
  // What may register itself: our own guard, and the socket.
  extensions: 'sotto, ws',
  // `data-hx-*` is the same language a second time; one spelling is enough to watch.
  prefix: '',
  mode: 'same-origin',
  // Addresses are pushed, but never a snapshot restored: a page that comes back is fetched and opened again.
  history: 'reload',
  includeIndicatorCSS: false,
  // Settling copies style attributes from old elements to new ones, which the content security policy forbids.
  defaultSettleDelay: 0,
  // An error is swapped only where a form asks for it by status (`hx-status:400`).
  noSwap: [204, 304, '4xx', '5xx'],
  ws: {
    // A tab in the background still receives: messages must be acknowledged, and notifications come from it.
    pauseOnBackground: false,
    reconnectDelay: 500,
    reconnectMaxDelay: 30_000,
  },
});
document.head.prepend(settings);
