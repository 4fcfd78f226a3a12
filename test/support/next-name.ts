/** What the next release of next-release.ts is called. */
export const NEXT_RELEASE = '9.9.9';
