/** Spans as the server sees them, whoever collects them. Names and routes alone: never addresses, ids of people or contents. */

/** One piece of work, with a beginning and an end. */
export interface Span {
  /** For the headers of what is asked of others (W3C trace context); and the parent of spans below. */
  readonly traceparent: string;
  /** A part of this work, begun now. */
  child(name: string): Span;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Ends it; with an error's name when it failed. */
  end(failed?: string): void;
}
export type Attributes = Readonly<Record<string, string | number>>;

export interface Tracing {
  /** A request, begun now: part of the caller's trace where `traceparent` names one. */
  begin(name: string, traceparent: string | null): Span;
  /** Sends what was collected; waits for it only so long. */
  close(): Promise<void>;
}
