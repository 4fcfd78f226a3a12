/** A line to a server that can be slow, or cut: TCP in between, which counts what passes. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class SlowLine {
  /** Bytes a second, of all connections together; null for as fast as it goes. */
  rate: number | null = null;
  /** When all that has passed would have passed at that rate. */
  private freeAt = 0;
  /** Bytes from clients to the server, and back. */
  up = 0;
  down = 0;
  private isCut = false;
  private readonly sockets = new Set<Socket>();
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {}

  /** @param target port of the server */
  static async open(target: number): Promise<SlowLine> {
    const server = createServer();
    const line = new SlowLine(server, target);
    server.on('connection', (client) => line.join(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Ends every connection, and lets none in. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Resolves as soon as what has passed is as it says. */
  async until(isSo: (line: SlowLine) => boolean): Promise<void> {
    while (!isSo(this)) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    this.carry(client, server, (bytes) => {
      this.up += bytes;
    });
    this.carry(server, client, (bytes) => {
      this.down += bytes;
    });
  }

  /** Milliseconds. */
  private pauseAfter(bytes: number): number {
    if (this.rate === null) return 0;
    const now = performance.now();
    this.freeAt = Math.max(now, this.freeAt) + (bytes / this.rate) * 1000;
    return this.freeAt - now;
  }

  private carry(from: Socket, to: Socket, count: (bytes: number) => void): void {
    this.sockets.add(from);
    from.on('data', (data) => {
      const isFull = !to.write(data);
      count(data.length);
      for (const wake of this.waiting) wake();
      this.waiting.clear();
      const pause = this.pauseAfter(data.length);
      if (pause === 0 && !isFull) return;
      from.pause();
      const resume = () => setTimeout(() => from.resume(), pause);
      if (isFull) to.once('drain', resume);
      else resume();
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
