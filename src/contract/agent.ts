/** What a browser says of itself, which proves nothing. */
import { say, sentence, t } from './words.ts';

/** In words: "Chrome on Linux". */
export function describeAgent(agent: string): string {
  const browser = BROWSERS.find(([, mark]) => mark.test(agent))?.[0];
  const system = SYSTEMS.find(([, mark]) => mark.test(agent))?.[0];
  if (browser && system) return t('{browser} on {system}', { browser: { say: browser }, system });
  return (browser && say(browser)) ?? system ?? (agent === '' ? t('Unknown') : agent.slice(0, 60));
}

/** Narrow marks first: Edge calls itself Chrome, and Chrome calls itself Safari. */
const BROWSERS = [
  [sentence('Sotto command line'), /sotto/i],
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Firefox', /Firefox\//],
  ['Chrome', /Chrome\//],
  ['Safari', /Safari\//],
  [sentence('Command line'), /^(?:Bun|node|curl)/i],
] as const;

const SYSTEMS = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const;
