// Server-sent events that come again by themselves; says when they are lost, and when back.
const SILENT_MS = 40000; // the service pings every 15 seconds
const AGAIN_MS = 2000;
const SHOWN_AFTER_MS = 1500;

export function listen({ address, taken, lost }) {
  let source = null;
  let watchdog = 0;
  let telling = 0;
  let ended = false;

  function alive() {
    clearTimeout(watchdog);
    clearTimeout(telling);
    telling = 0;
    lost(false);
    watchdog = setTimeout(() => begin(), SILENT_MS);
  }

  function broken() {
    if (!telling) telling = setTimeout(() => lost(true), SHOWN_AFTER_MS);
    if (source.readyState === EventSource.CLOSED && !ended) setTimeout(begin, AGAIN_MS);
  }

  function begin() {
    if (ended) return;
    source?.close();
    clearTimeout(watchdog);
    source = new EventSource(address());
    source.onopen = alive;
    source.onerror = broken;
    source.addEventListener("ping", alive);
    for (const [name, take] of Object.entries(taken)) {
      source.addEventListener(name, (event) => {
        alive();
        if (name === "bye" || name === "gone") {
          ended = true;
          source.close();
        }
        take(JSON.parse(event.data));
      });
    }
  }

  window.addEventListener("pagehide", () => {
    ended = true;
    source?.close();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    ended = false;
    begin();
  });
  window.addEventListener("offline", () => lost(true));
  begin();
}
