// Asks for replies as long as the page is seen; the service answers when there is one.
const PAUSES_MS = [500, 1000, 2000, 5000, 10000, 30000];

const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));

function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

export async function follow({ after, take }) {
  let failures = 0;
  for (;;) {
    await seen();
    const asked = performance.now();
    try {
      const address = `/chat/entries?after=${encodeURIComponent(after())}`;
      const answer = await fetch(address, { headers: { "X-Fragment": "1" } });
      if (!answer.ok) throw new Error(String(answer.status));
      take(await answer.text());
      failures = 0;
    } catch {
      failures += 1;
    }
    const least = failures ? PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1] : 300;
    await pause(Math.max(0, least - (performance.now() - asked)));
  }
}
