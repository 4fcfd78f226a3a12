/** noble's primitives in a file of their own, for browsers that have not all of them natively. */
export { noble } from '../protocol/noble.ts';
