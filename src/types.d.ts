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
declare module '*/built/island.js' {
  const path: string;
  export default path;
}
declare module '*/built/door.js' {
  const path: string;
  export default path;
}
declare module '*/built/fallback.js' {
  const path: string;
  export default path;
}
declare module '*/built/settings.js' {
  const path: string;
  export default path;
}
declare module '*/built/groups.js' {
  const path: string;
  export default path;
}
declare module '*/built/argon2.js' {
  const path: string;
  export default path;
}
declare module '*/built/qr.js' {
  const path: string;
  export default path;
}
declare module '*/built/sw.js' {
  const path: string;
  export default path;
}
