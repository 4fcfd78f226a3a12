/** A browser's own description in words: "Chrome on Linux". What it says of itself proves nothing. */
export function describeAgent(agent: string): string {
  const browser = BROWSERS.find(([, mark]) => mark.test(agent))?.[0];
  const system = SYSTEMS.find(([, mark]) => mark.test(agent))?.[0];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (agent === '' ? 'Unknown' : agent.slice(0, 60));
}

/** Narrow marks first: Edge calls itself Chrome, and Chrome calls itself Safari. */
const BROWSERS = [
  ['Sotto command line', /sotto/i],
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Firefox', /Firefox\//],
  ['Chrome', /Chrome\//],
  ['Safari', /Safari\//],
  ['Command line', /^(?:Bun|node|curl)/i],
] as const;

const SYSTEMS = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const;
