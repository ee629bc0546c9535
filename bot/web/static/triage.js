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
  x: () => current()?.querySelector("[name=chosen]")?.click(),
  m: () => current()?.querySelector(".similar")?.click(),
  "/": () => document.getElementById("search")?.focus(),
};
for (const key of ["1", "2", "3"]) {
  keys[key] = () => current()?.querySelector(`[data-key="${key}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && writing) event.target.blur();
  if (writing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

const place = sessionStorage.getItem("policyline-triage-at");
sessionStorage.removeItem("policyline-triage-at");
const first = items.find((item) => item.dataset.number === place) ?? items[0];
first?.focus({ preventScroll: !place });

const count = document.getElementById("chosen-count");
function counted() {
  const chosen = document.querySelectorAll("[name=chosen]:checked").length;
  count.textContent = chosen ? `已勾选 ${chosen} 件` : "勾选工单后可以一起办理";
}
if (count) {
  queue?.addEventListener("change", counted);
  counted();
}

// What may be the same matter, and several matters in one, are looked up when a case is looked at,
// not for all at once.
const looked = new Set();
async function look(item) {
  const place = item?.querySelector(".more-of");
  if (!place || looked.has(item.dataset.number)) return;
  looked.add(item.dataset.number);
  try {
    const back = encodeURIComponent(location.pathname + location.search);
    const answer = await fetch(`/triage/${item.dataset.number}/more?back=${back}`);
    if (answer.ok) place.innerHTML = await answer.text();
  } catch {
    looked.delete(item.dataset.number); // the link leads to the same on the case's page
  }
}
let resting = 0;
queue?.addEventListener("focusin", (event) => {
  clearTimeout(resting);
  const item = event.target.closest(".item");
  resting = setTimeout(() => look(item), 300); // not for those only passed over
});
queue?.addEventListener("click", (event) => {
  if (!event.target.closest(".similar")) return;
  event.preventDefault();
  look(event.target.closest(".item"));
});
if (first) look(first);
