/** Style sheets of the shadow roots: made once, shared by every instance. Colours come from the page's variables. */
export function styleSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
