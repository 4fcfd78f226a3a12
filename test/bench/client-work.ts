/** Everything that a client computes, for a page or for this process. */
export { peopleWork } from './people-work.ts';
export { sealWork } from './seal-work.ts';
