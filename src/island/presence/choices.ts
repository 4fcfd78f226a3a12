/** `[data-presence-choices]` in the settings: whether others see when one is here, and when one writes. */
import { t } from '../../contract/words.ts';
import { engine } from '../session.ts';

export async function openPresenceChoices(place: HTMLElement): Promise<void> {
  const presence = await (await engine).presence();
  const shown = place.querySelector<HTMLInputElement>('input[data-show-presence]');
  const typing = place.querySelector<HTMLInputElement>('input[data-show-typing]');
  const problem = place.querySelector<HTMLElement>('[data-form-error]');
  if (!shown || !typing) return;
  try {
    const choices = await presence.choices();
    shown.checked = choices.shown && choices.allowed.presence;
    typing.checked = choices.typing && choices.allowed.typing;
    shown.disabled = !choices.allowed.presence;
    typing.disabled = !choices.allowed.typing;
  } catch {
    // Without the server there is nothing to choose: it would not hear of it.
    shown.disabled = true;
    typing.disabled = true;
  }
  keep(shown, problem, () => presence.choose({ shown: shown.checked }));
  keep(typing, problem, () => presence.choose({ typing: typing.checked }));
  place.hidden = false;
}

function keep(input: HTMLInputElement, problem: HTMLElement | null, choose: () => Promise<unknown>): void {
  input.addEventListener('change', async () => {
    input.disabled = true;
    if (problem) problem.textContent = '';
    try {
      await choose();
    } catch {
      input.checked = !input.checked;
      if (problem)
        problem.textContent = t('The server could not be reached, so this stays as it was. Try again.');
    } finally {
      input.disabled = false;
    }
  });
}
