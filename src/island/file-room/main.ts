export const openFileRoom = (_place: HTMLElement): void => {};
