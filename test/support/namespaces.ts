/**
 * Hosts of their own on one machine: network namespaces, each with one line to this host that can be taken down as a cable is. Needs
 * Linux, its `ip` program and root.
 */
export interface Namespace {
  /** Of the host inside. */
  readonly host: string;
  /** How the host inside reaches this one. */
  readonly gateway: string;
  /** Put before a command, it runs inside. */
  readonly inside: readonly string[];
  /** Takes the line down: what is sent is lost, in both directions, and nobody is told. */
  unplug(): void;
  plug(): void;
  remove(): void;
}

/** Why there are none on this machine; null when there can be. */
export function namespacesMissing(): string | null {
  try {
    openNamespace(250).remove();
    return null;
  } catch (error) {
    return `Network namespaces cannot be had: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @param number from 1 to 254: another one for each. Throws what `ip` said. */
export function openNamespace(number: number): Namespace {
  const name = `sotto-${process.pid}-${number}`;
  const [here, there] = [`sh${process.pid % 100_000}.${number}`, `st${process.pid % 100_000}.${number}`];
  const [gateway, host] = [`10.213.${number}.1`, `10.213.${number}.2`];
  const inside = ['ip', 'netns', 'exec', name];
  const namespace: Namespace = {
    host,
    gateway,
    inside,
    unplug: () => ip('link', 'set', here, 'down'),
    plug: () => ip('link', 'set', here, 'up'),
    remove() {
      // The line goes with the namespace that holds its other end.
      ip('netns', 'del', name);
    },
  };
  ip('netns', 'add', name);
  try {
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there);
    ip('link', 'set', there, 'netns', name);
    ip('addr', 'add', `${gateway}/24`, 'dev', here);
    ip('-n', name, 'addr', 'add', `${host}/24`, 'dev', there);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'link', 'set', there, 'up');
    namespace.plug();
    return namespace;
  } catch (error) {
    namespace.remove();
    throw error;
  }
}

function ip(...args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['ip', ...args], { stdin: 'ignore' });
  if (exitCode !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.toString().trim()}`);
}
