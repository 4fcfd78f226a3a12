/** This release. Server, island and command line of one build share it; a client of another one is answered 426. */
export const RELEASE = '0.1.0';

/** The header in which pages name their release with each call of the API. Without it nothing is asked. */
export const RELEASE_HEADER = 'sotto-release';
