/**
 * What a text is made of, once its marks are read. Nodes hold words as they were typed; nothing here is HTML, and
 * nobody but `draw.ts` makes elements of it.
 */
export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  /** Drawn as a bold line: a message has no outline. */
  | { readonly kind: 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | { readonly kind: 'list'; readonly items: readonly Item[] };

/** `number` as it was typed, null in a list with dots. */
export interface Item {
  readonly number: string | null;
  readonly blocks: readonly Block[];
}

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  /** `@name` without the sign: of a person of the workspace, or `everyone`. */
  | { readonly kind: 'mention'; readonly name: string };

/** What reading costs and may cost: every character that is looked at counts, and so does every element. */
export interface Budget {
  steps: number;
  /** Elements that may still be made; the rest of the text stays as it was typed. */
  elements: number;
}

/** More elements than a person writes, and fewer than a page feels. */
export const MAX_ELEMENTS = 2000;
/** Quotes and lists inside each other, at most; deeper signs are text. */
export const MAX_NESTING = 6;
/** Marks such as `**` that may be open at the same time. */
export const MAX_OPEN = 24;

export const newBudget = (): Budget => ({ steps: 0, elements: MAX_ELEMENTS });
