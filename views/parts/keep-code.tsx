/** What can be done with codes that are shown once: the island shows the buttons where they do something. */
import { Icon } from './icon.tsx';
import { text } from './words.tsx';

export function KeepCode() {
  return (
    <div class="buttons">
      <button type="button" class="button quiet" data-copy-code="" hidden>
        <Icon name="copy" />
        {text('Copy')}
      </button>
      <button type="button" class="button quiet" data-download-code="" hidden>
        <Icon name="download" />
        {text('Download')}
      </button>
      <button type="button" class="button quiet" data-print-code="" hidden>
        <Icon name="print" />
        {text('Print')}
      </button>
    </div>
  );
}
