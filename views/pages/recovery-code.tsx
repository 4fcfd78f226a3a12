/** GET /recovery-code: the one way back when everything else is lost. Shown once, to be written down or printed. */
import type { Site, Viewer } from '../layout.tsx';
import { Door, NeedsScript } from '../parts/door.tsx';
import { Icon } from '../parts/icon.tsx';

export function RecoveryCode({ site, viewer }: { site: Site; viewer: Viewer }) {
  return (
    <Door
      site={site}
      page="recovery-code"
      title="Your recovery code"
      lead="Keep it where you keep important papers. With it you get back in when every device and password is lost."
      viewer={viewer}
    >
      <NeedsScript what="The recovery code" />
      <div id="notices" role="status" />
      <section class="code-sheet" aria-label="Recovery code">
        <p class="code-for">
          <span safe>{site.workspace}</span>
          <span safe>{`@${viewer.username}`}</span>
        </p>
        <p class="code" id="recovery-code" data-recovery-code="" translate="no" />
        <p class="hint">
          Nobody can give you another copy: not your admin, and not this server, which never sees it.
        </p>
      </section>
      <div class="buttons">
        <button type="button" class="button quiet" data-copy-code="" hidden>
          <Icon name="copy" />
          Copy
        </button>
        <button type="button" class="button quiet" data-download-code="" hidden>
          <Icon name="download" />
          Download
        </button>
        <button type="button" class="button quiet" data-print-code="" hidden>
          <Icon name="print" />
          Print
        </button>
      </div>
      <form class="stack" method="get" action="/">
        <label class="check">
          <input type="checkbox" required />
          <span>I have saved my recovery code</span>
        </label>
        <button type="submit" class="button primary" data-continue="">
          Continue
        </button>
      </form>
    </Door>
  );
}
