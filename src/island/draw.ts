/** Elements made by hand: what people type or decide is never built from strings of HTML. */
type Attributes = Readonly<Record<string, string | boolean>>;

/** An element with attributes and children; text stays text. */
export function draw<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === 'boolean') element.toggleAttribute(key, value);
    else element.setAttribute(key, value);
  element.append(...children);
  return element;
}
