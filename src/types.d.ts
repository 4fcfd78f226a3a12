/** Files that are imported as what they are. With `type: 'file'` the value is a path that Bun.file reads. */
declare module '*.sql' {
  const text: string;
  export default text;
}
declare module '*.pack' {
  const path: string;
  export default path;
}
