/** The island's custom elements and the newer attributes of HTML that views write. */
import '@kitajs/html';

declare global {
  namespace JSX {
    interface IntrinsicElements {
      'sealed-message': HtmlTag;
      'sealed-preview': HtmlTag;
      'sotto-composer': HtmlTag;
    }
    interface HtmlTag {
      /** Invoker commands (HTML, "The button element"): what a button does to the element it names, without a script. */
      command?: string;
      commandfor?: string;
    }
  }
}
