/** GET /recovery-code: the one way back when everything else is lost. Shown once, to be written down or printed. */
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { KeepCode } from '../parts/keep-code.tsx';
import { text } from '../parts/words.tsx';

export function RecoveryCode({ site, viewer }: { site: Site; viewer: Viewer }) {
  return (
    <Door
      site={site}
      page="recovery-code"
      title={t('Your recovery code')}
      lead={t(
        'Keep it where you keep important papers. With it you get back in when every device and password is lost.',
      )}
      viewer={viewer}
    >
      <NeedsScript what={t('The recovery code')} />
      <div id="notices" role="status" />
      <section class="code-sheet" aria-label={t('Recovery code')}>
        <p class="code-for">
          <span safe>{site.workspace}</span>
          <span safe>{`@${viewer.username}`}</span>
        </p>
        <p class="code" id="recovery-code" data-recovery-code="" translate="no" />
        <p class="hint">
          {text(
            'Nobody can give you another copy: not your admin, and not this server, which never sees it.',
          )}
        </p>
      </section>
      <KeepCode />
      <form class="stack" method="get" action="/">
        <label class="check">
          <input type="checkbox" required />
          <span>{text('I have saved my recovery code')}</span>
        </label>
        <button type="submit" class="button primary" data-continue="">
          {text('Continue')}
        </button>
      </form>
    </Door>
  );
}
