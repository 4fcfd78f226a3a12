/** The browser's offer to install Sotto, kept until the person asks for it in the settings. */
interface InstallOffer extends Event {
  prompt(): Promise<void>;
}

let offer: InstallOffer | null = null;
const listeners = new Set<() => void>();

/** Early: a browser offers it once a page. */
export function keepInstallOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
    for (const listener of listeners) listener();
  });
}

/** Calls the listener with what installs, now or when the browser offers it; nothing where it does not. */
export function onInstallOffer(listener: (install: () => Promise<void>) => void): void {
  const tell = () => {
    if (!offer) return;
    const { prompt } = offer;
    const event = offer;
    listener(() => prompt.call(event));
  };
  listeners.add(tell);
  tell();
}
