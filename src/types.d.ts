/** Files that are imported as what they are. */
declare module '*.sql' {
  const text: string;
  export default text;
}
