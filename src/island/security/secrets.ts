/** What is shown once: the secret of an authenticator app as a picture, and ways to keep backup codes. */
import { t } from '../../contract/words.ts';
import { loadQr } from '../part.ts';
import { offerWaysToKeep } from '../recovery-code.ts';

/** Draws `[data-otp]`, and shows the buttons of `[data-backup-codes]`. */
export function openSecrets(page: ParentNode): void {
  const place = page.querySelector<HTMLElement>('[data-otp]');
  // Without the picture the secret is still there to be typed.
  if (place)
    void loadQr().then(
      ({ drawQr }) =>
        drawQr(place, place.dataset.otp ?? '', t('The secret as a picture, for the camera of your phone')),
      () => {},
    );
  const codes = page.querySelector('[data-backup-codes]');
  if (!codes) return;
  const text = [...codes.querySelectorAll('code')].map((code) => code.textContent).join('\n');
  offerWaysToKeep(
    text,
    'sotto-backup-codes.txt',
    t('Sotto backup codes for {origin}', { origin: location.origin }),
  );
}
