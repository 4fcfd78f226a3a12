/** Everything that a person begins and changes in groups, as one part that is loaded on demand. */
export * from './actions.ts';
export { createGroup, succeedGroup } from './create.ts';
export { joinGroup, openGroups } from './enter.ts';
