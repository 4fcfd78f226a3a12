/** GET /r/ID: handing files in, for somebody who has a link and no account. The link's key stands in the fragment. */
import { t } from '../../src/contract/words.ts';
import { Door } from '../parts/door.tsx';
import { FormMessages } from '../parts/field.tsx';
import { text } from '../parts/words.tsx';
import { LinkIsOver, LinkNeedsScript, type ShareProps } from './share.tsx';

export function FileRequest({ site }: ShareProps) {
  return (
    <Door
      site={site}
      page="file-request"
      title={t('Send files')}
      lead={t(
        'They are encrypted in this browser for the person who asked, and for nobody else. You need no account.',
      )}
      viewer={null}
    >
      <LinkNeedsScript />
      <form class="stack" data-island="file-request" method="dialog" novalidate>
        <div class="stack" data-step="choose">
          <h2 class="share-name" data-request-title="">
            {text('Send files')}
          </h2>
          <p data-request-about="" data-waiting="" />
          <div data-request-files="" />
        </div>
        <div class="stack link-step" data-step="done" hidden>
          <h2 tabindex="-1">{text('Your files have arrived')}</h2>
          <p data-request-done="" />
        </div>
        <LinkIsOver />
        <FormMessages />
        <div data-link-buttons="" hidden>
          <button type="submit" class="button primary">
            {text('Send files')}
          </button>
        </div>
      </form>
    </Door>
  );
}
