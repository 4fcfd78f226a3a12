/** Both providers, for a test that compares them in a page. */
export { chooseProvider } from '../../../src/island/native-provider.ts';
export { noble } from '../../../src/protocol/noble.ts';
