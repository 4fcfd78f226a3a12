/** The search box above the list. What it finds is drawn by a part; here is only what must be there at once. */
import { t } from '../contract/words.ts';
import { draw } from './draw.ts';
import { showNotice } from './notices.ts';
import { loadSearch } from './part.ts';
import { engine } from './session.ts';
import { styleSheet } from './styles.ts';

const STYLE = styleSheet(`
  :host { display: block; position: relative; }
  :host::before {
    content: ""; position: absolute; inset: 0 auto 0 var(--s3); width: 16px; background: var(--ink-2);
    mask: var(--icon-search) center / contain no-repeat; pointer-events: none;
  }
  input {
    display: block; box-sizing: border-box; width: 100%; height: 40px; padding: 0 var(--s2) 0 36px;
    border: 1px solid var(--line-strong); border-radius: var(--r2); background: var(--raised); color: var(--ink);
    font: var(--f-body);
  }
  input::placeholder { color: var(--ink-3); opacity: 1; }
  input::-webkit-search-cancel-button {
    appearance: none; width: 16px; height: 16px; margin: 0 var(--s1); background: var(--ink-2); cursor: pointer;
    mask: var(--icon-close) center / contain no-repeat;
  }
  @media (forced-colors: active) { :host::before { background: ButtonText; } }
  input:focus-visible {
    outline: 0; border-color: var(--accent);
    box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 18%, transparent);
  }
`);
/** The history is indexed once the page has had time for everything else, in milliseconds. */
const QUIET_MS = 10_000;

let box: HTMLInputElement | null = null;

/** Draws the box into a `[data-search]`. What is typed stands in its shadow root, where no fragment of the server gets. */
export function openSearchBox(place: HTMLElement): void {
  const input = draw('input', {
    type: 'search',
    'aria-label': t('Search'),
    placeholder: t('Search'),
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: '1000',
    enterkeyhint: 'search',
  });
  box = input;
  const root = place.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [STYLE];
  root.append(input);
  const take = () =>
    void loadSearch().then(
      ({ takeSearchBox }) => takeSearchBox(place, input),
      (error: unknown) => {
        input.addEventListener('focus', take, { once: true });
        const notices = document.querySelector<HTMLElement>('#notices');
        if (notices && error instanceof Error) showNotice(notices, 'search', error.message);
      },
    );
  input.addEventListener('focus', take, { once: true });
  void engine.then(() => setTimeout(index, QUIET_MS));
}

/** Goes to the box, with these words in it when there are any. */
function focusSearch(typed?: string): void {
  if (!box) return;
  const root = box.getRootNode();
  const side = root instanceof ShadowRoot ? root.host.closest<HTMLElement>('.side') : null;
  // Beside an open conversation a phone shows the box only then.
  if (side) side.dataset.searching = '';
  if (typed !== undefined) box.value = typed;
  box.focus();
  if (typed !== undefined) box.dispatchEvent(new Event('input'));
}

/** Shows a `button[data-search-in=CONVERSATION]`, which searches that conversation alone. */
export function openSearchIn(button: HTMLElement): void {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { filterFor } = await loadSearch();
    focusSearch(`${await filterFor(button.dataset.searchIn ?? '')} `);
  });
}

async function index(): Promise<void> {
  // Without a network it waits for the next page.
  await loadSearch().then(
    ({ wake }) => wake(),
    () => {},
  );
}
