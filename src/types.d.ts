/** Files that are imported as what they are. With `type: 'file'` the value is a path that Bun.file reads. */
declare module '*.sql' {
  const text: string;
  export default text;
}
declare module '*.css' {
  const path: string;
  export default path;
}
declare module '*.svg' {
  const path: string;
  export default path;
}
declare module '*.png' {
  const path: string;
  export default path;
}
/** Scripts of packages have types of their own: what is left is what the build made. */
declare module '*.js' {
  const path: string;
  export default path;
}
