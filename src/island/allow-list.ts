/**
 * What the server's HTML may be made of. A view that needs another element or attribute adds it here, with a test in
 * test/browser/sanitiser.test.ts; anything else is dropped with all that it contains.
 */
const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

export const HTML_ELEMENTS = words(`
  a abbr article aside b bdi blockquote body br button caption code datalist dd details dialog div dl dt em fieldset figcaption
  figure footer form h1 h2 h3 h4 h5 h6 header hr i img input kbd label legend li main mark menu meter nav ol optgroup
  option output p pre progress s samp search section select small span strong sub summary sup svg table tbody td
  template tfoot th thead time tr u ul
  sealed-message sealed-preview sotto-composer
`);

export const SVG_ELEMENTS = words('svg g path circle ellipse rect line polyline polygon use');

const HTML_ATTRIBUTES = words(`
  id class title lang dir hidden role tabindex name value type for checked disabled required readonly selected
  multiple min max minlength maxlength step pattern placeholder autocomplete inputmode enterkeyhint autocapitalize
  spellcheck label size rows cols colspan rowspan scope headers open datetime alt width height loading method enctype
  rel novalidate translate autocorrect list draggable popover popovertarget popovertargetaction command commandfor
`);

const SVG_ATTRIBUTES = words(`
  id class viewbox width height d cx cy r rx ry x y x1 x2 y1 y2 points fill stroke stroke-width stroke-linecap
  stroke-linejoin transform role focusable
`);

/** Attributes that hold an address: same origin only, never a scheme of its own. */
const ADDRESSES = words('href src action hx-get hx-post hx-put hx-patch hx-delete hx-push-url');

const HTMX_ATTRIBUTES = words(`
  hx-target hx-swap hx-swap-oob hx-select hx-confirm hx-sync hx-trigger hx-indicator hx-disable hx-boost
`);

/** `<hx-partial>` reaches us as `<template hx type="partial">`. */
const TEMPLATE_ATTRIBUTES = words('hx type id hx-target hx-swap');

/** Text that a person types is for the island, except in these fields, which are the relay's business. */
const TYPED_FIELDS = words(
  'one-time-code people person role uses expires expires-in q label name address code confirm about filter from to quota total largest days sessionDays relayDays',
);
const UNTYPED_INPUTS = words('hidden checkbox radio submit button reset');

/** A fragment asks for nothing by itself: only after what a person does, and without a filter, which is code. */
const BY_HAND = /^(?:click|submit|change|input)(?: (?:changed|once|delay:\d+m?s))*$/;
/** What an error of the server may change about its request: where and how it is shown. */
const STATUS_RULE = /^(?:(?:swap|target|select):[^\s,:"'<>]+(?:\s+|,\s*|$))+$/;

/** What is asked of an element: the DOM's own, or one that another parser has read. */
export type Markup = Pick<Element, 'namespaceURI' | 'localName' | 'getAttribute' | 'hasAttribute'>;

/** Whether this element of HTML may stay; svg has its own list. */
export function allowsElement(element: Markup): boolean {
  if (element.namespaceURI === 'http://www.w3.org/2000/svg') return SVG_ELEMENTS.has(element.localName);
  if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml') return false;
  // `is` outlives its attribute when HTML is written out again; no element of ours is customised that way.
  if (!HTML_ELEMENTS.has(element.localName) || element.hasAttribute('is')) return false;
  if (element.localName !== 'input') return true;
  const type = (element.getAttribute('type') ?? 'text').trim().toLowerCase();
  if (type === 'password' || type === 'file' || type === 'image') return false;
  return UNTYPED_INPUTS.has(type) || TYPED_FIELDS.has(element.getAttribute('name') ?? '');
}

/** Whether this attribute of an allowed element may stay. `origin` is the page's own. */
export function allowsAttribute(element: Markup, name: string, value: string, origin: string): boolean {
  if (isScript(value)) return false;
  const svg = element.namespaceURI === 'http://www.w3.org/2000/svg';
  if (element.localName === 'template') return TEMPLATE_ATTRIBUTES.has(name);
  if (name.startsWith('aria-')) return true;
  if (svg) return SVG_ATTRIBUTES.has(name.toLowerCase()) || (name === 'href' && isOwn(value, origin));
  if (name.startsWith('data-')) return !name.startsWith('data-hx') && !name.startsWith('data-htmx');
  if (ADDRESSES.has(name)) return isOwn(value, origin);
  if (name === 'hx-ws:connect') return value === '/socket';
  if (name === 'hx-trigger') return BY_HAND.test(value);
  if (name.startsWith('hx-status:')) return STATUS_RULE.test(value);
  if (name.endsWith(':inherited')) return allowsAttribute(element, name.slice(0, -10), value, origin);
  return HTML_ATTRIBUTES.has(name) || HTMX_ATTRIBUTES.has(name);
}

/** Values that htmx or a browser would run, however they are spaced. */
function isScript(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them inside a scheme
  const bare = value.replace(/[\u0000-\u0020\u00a0\u200b-\u200f\u2028\u2029\ufeff]/g, '').toLowerCase();
  return /^(?:js|javascript|vbscript|data|blob|filesystem):/.test(bare);
}

function isOwn(value: string, origin: string): boolean {
  try {
    const url = new URL(value, `${origin}/`);
    return url.origin === origin && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}
