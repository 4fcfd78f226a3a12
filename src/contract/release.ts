/** This release. Server, island and command line of one build share it; a client of another one is answered 426. */
export const RELEASE = '0.1.0';
