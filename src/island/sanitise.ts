/**
 * Rebuilds the server's HTML from the allow-list. The input is parsed into a document that runs and loads nothing,
 * everything that is not on the list is removed with its contents, and the rest is written out again. The result must
 * come out of a second round unchanged, or nothing of it is used: markup that means another thing when it is parsed
 * again (mutation XSS) has no fixed point.
 */
import { allowsAttribute, allowsElement } from './allow-list.ts';

/** Parses without scripts, frames or requests. */
export type InertParser = (html: string) => Document;

/**
 * Clean HTML for what htmx feeds to `createHTML`: a `<template>` around a fragment, a document or body, or a head
 * (of which only the title counts). Returns the same wrapper, empty when the text has no stable meaning.
 */
export function sanitise(text: string, parse: InertParser, origin: string): string {
  const shape = shapeOf(text);
  const once = cleanOnce(text, shape, parse, origin);
  return cleanOnce(once, shape, parse, origin) === once ? once : EMPTY[shape];
}

type Shape = 'fragment' | 'head' | 'body';
const EMPTY: Readonly<Record<Shape, string>> = {
  fragment: '<template></template>',
  head: '<head></head>',
  body: '<body></body>',
};

function shapeOf(text: string): Shape {
  const name = /^\s*<([a-z]+)[\s>]/i.exec(text)?.[1]?.toLowerCase();
  if (name === 'head') return 'head';
  return name === 'template' ? 'fragment' : 'body';
}

function cleanOnce(text: string, shape: Shape, parse: InertParser, origin: string): string {
  const page = parse(text);
  if (shape === 'head') {
    const title = page.createElement('title');
    title.textContent = page.title;
    return `<head>${title.outerHTML}</head>`;
  }
  if (shape === 'body') {
    cleanAttributes(page.body, origin);
    cleanChildren(page.body, origin);
    return page.body.outerHTML;
  }
  const wrapper = page.querySelector('template');
  if (!wrapper) return EMPTY.fragment;
  cleanChildren(wrapper.content, origin);
  return `<template>${wrapper.innerHTML}</template>`;
}

function cleanChildren(parent: Node, origin: string): void {
  for (const node of [...parent.childNodes]) {
    if (node instanceof Text) continue;
    if (!(node instanceof Element) || !allowsElement(node)) {
      node.remove();
      continue;
    }
    cleanAttributes(node, origin);
    cleanChildren(node instanceof HTMLTemplateElement ? node.content : node, origin);
  }
}

function cleanAttributes(element: Element, origin: string): void {
  for (const { name, value, namespaceURI } of [...element.attributes])
    if (namespaceURI !== null || !allowsAttribute(element, name, value, origin))
      element.removeAttribute(name);
}
