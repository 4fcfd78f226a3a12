/** Draws what people wrote: text nodes, and links for addresses that begin with http. No HTML is ever made of it. */
const ADDRESS = /https?:\/\/[^\s<>"']+/g;
/** Punctuation that ends a sentence, not the address in it. */
const TRAILING = /[.,:;!?)\]}]+$/;

/** Nodes for a text; line breaks stay as they are, for `white-space: pre-wrap`. */
export function drawText(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    const link = drawLink(address);
    if (!link) continue;
    fragment.append(text.slice(from, match.index), link);
    from = match.index + address.length;
  }
  fragment.append(text.slice(from));
  return fragment;
}

function drawLink(address: string): HTMLAnchorElement | null {
  if (!URL.canParse(address)) return null;
  const link = document.createElement('a');
  link.href = address;
  link.rel = 'noopener noreferrer nofollow';
  link.target = '_blank';
  link.textContent = address;
  return link;
}
