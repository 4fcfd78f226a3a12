/** What of the service worker's global scope is used here: the library of the DOM types pages, not workers. */

export interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

export interface InstallEvent extends ExtendableEvent {
  /** Static routing: what is never asked of this worker. Not in every browser. */
  readonly addRoutes?: (
    rules: readonly {
      readonly condition: { readonly urlPattern: string; readonly requestDestination: '' };
      readonly source: 'network';
    }[],
  ) => Promise<void>;
}

export interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  /** The page that asks; empty for a navigation. */
  readonly clientId: string;
  /** What the browser fetched while this worker was starting. */
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(answer: Promise<Response>): void;
}

export interface PageClient {
  readonly id: string;
  readonly url: string;
  navigate(url: string): Promise<unknown>;
  focus(): Promise<unknown>;
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
}

interface Events {
  install: InstallEvent;
  activate: ExtendableEvent;
  fetch: FetchEvent;
  message: ExtendableEvent & { readonly data: unknown };
  push: ExtendableEvent;
  notificationclick: NotificationClick;
}

export interface NotificationClick extends ExtendableEvent {
  readonly notification: Notification;
}

export interface ServiceWorkerScope {
  readonly location: { readonly origin: string; readonly href: string };
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    get(id: string): Promise<PageClient | undefined>;
    matchAll(options: {
      readonly type: 'window';
      readonly includeUncontrolled?: true;
    }): Promise<readonly PageClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): void;
}
