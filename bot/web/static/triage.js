// Keys of the triage list. Without them every move is a button.
const queue = document.getElementById("queue");
const items = queue ? [...queue.querySelectorAll(".item")] : [];

function current() {
  return document.activeElement?.closest?.(".item") ?? null;
}

function go(step) {
  const at = items.indexOf(current());
  const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => go(1),
  k: () => go(-1),
  o: () => current()?.querySelector(".item-open")?.click(),
  r: () => {
    const refuse = current()?.querySelector(".refuse");
    if (!refuse) return;
    refuse.open = true;
    refuse.querySelector("textarea").focus();
  },
  "/": () => document.getElementById("search")?.focus(),
};
for (const key of ["1", "2", "3"]) {
  keys[key] = () => current()?.querySelector(`[data-key="${key}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input, textarea, select");
  if (event.key === "Escape" && writing) event.target.blur();
  if (writing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

if (items.length) items[0].focus({ preventScroll: true });
