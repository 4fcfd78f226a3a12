/** Who of several nodes does what only one may do. A lease ends by itself when its holder is gone. */
export interface Leases {
  /**
   * Runs `act` while this node holds the lease of that name, and gives true; false, at once, while another node holds it. Held on for
   * as long as `act` runs; `signal` is aborted when it was lost, or the server stops.
   */
  run(name: string, act: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<boolean>;
}

/** Where there is one node, it holds every lease. */
export const ONE_NODE: Leases = {
  async run(_name, act, signal) {
    await act(signal);
    return true;
  },
};
