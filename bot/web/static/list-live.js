// A list that others work on too: what they took is marked, what is new is told, nothing moves
// under the reader's hands.
import { listen } from "./desk-live.js";

const news = document.getElementById("news");
const rows = new Map(
  [...document.querySelectorAll("[data-number]")].map((row) => [row.dataset.number, row]),
);

function note(row, text, gone) {
  const place = row.querySelector(".item-note");
  if (!place || place.textContent === text) return;
  place.textContent = text;
  place.hidden = !text;
  row.classList.toggle("item-gone", gone);
  for (const one of row.querySelectorAll("button, input, textarea")) one.disabled = gone;
  const box = row.querySelector("[name=chosen]");
  if (gone && box) box.checked = false;
}

function reload() {
  const at = document.activeElement?.closest?.("[data-number]");
  if (at) sessionStorage.setItem("policyline-triage-at", at.dataset.number);
  location.reload();
}

function tell(count) {
  if (Number(news.dataset.count ?? 0) === count) return;
  news.dataset.count = count;
  news.textContent = "";
  if (!count) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = `有 ${count} 件新的，点此显示`;
  button.addEventListener("click", reload);
  news.append(button);
}

function listed({ cases, whole }) {
  const now = new Map(cases.map((one) => [one[0], one]));
  for (const [number, row] of rows) {
    const found = now.get(number);
    if (!found) {
      if (whole) note(row, "这件已由他人处理，不在这个列表里了。", true);
    } else if (String(found[1]) !== row.dataset.version) {
      note(row, "这件刚有变化，请打开看过再办。", false);
    } else {
      note(row, "", false);
    }
  }
  const shown = [...now.keys()].slice(0, Math.max(rows.size, 30));
  tell(shown.filter((number) => !rows.has(number)).length);
}

function lost(yes) {
  news.classList.toggle("news-lost", yes);
  if (yes && !news.textContent) news.textContent = "与服务器的连接断了，列表可能不是最新的，正在重连。";
  else if (!yes && news.textContent.startsWith("与服务器")) {
    news.textContent = "";
    delete news.dataset.count;
  }
}

if (news?.dataset.live) {
  listen({
    address: () => news.dataset.live,
    taken: { list: listed, bye: () => location.reload() },
    lost,
  });
}
