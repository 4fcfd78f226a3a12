export interface FileMenuTerms {
  readonly file: import('../../client/files/view.ts').FileView;
  readonly message: import('../../client/engine-types.ts').HistoryMessage;
  readonly anchor: HTMLElement;
}
export function openFileMenu(_terms: FileMenuTerms): void {}
