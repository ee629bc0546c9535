// A screen on the wall shows new figures every minute; what it shows stays while it cannot.

const AGAIN_MS = 60_000;

async function again() {
  const found = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (found?.ok) location.reload();
  else setTimeout(again, AGAIN_MS);
}

setTimeout(again, AGAIN_MS);
