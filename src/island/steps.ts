/** Pages that go on in place: one `[data-step]` is there at a time, and its heading has the focus. */

/** Shows the step of this name and hides the others. */
export function showStep(name: string): void {
  for (const step of document.querySelectorAll<HTMLElement>('[data-step]'))
    step.hidden = step.dataset.step !== name;
  document.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"] [tabindex="-1"]`)?.focus();
}

/** Writes words into every `[data-MARK]` of the page. */
export function writeMark(mark: string, words: string): void {
  for (const place of document.querySelectorAll(`[data-${mark}]`)) place.textContent = words;
}
