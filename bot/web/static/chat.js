// Makes the chat page live: sends without reloading, shows replies as they come, keeps what could
// not be sent. Everything it does, the page also does without it, by forms.
import { Unsent } from "./unsent.js";
import { follow } from "./follow.js";

const log = document.getElementById("log");
const talk = document.getElementById("main");
const form = document.getElementById("say");
const words = document.getElementById("words");
const problem = document.getElementById("problem");
const typing = document.getElementById("typing");
const offline = document.getElementById("offline");
const mine = document.getElementById("mine");
const longest = Number(form.dataset.longest);

const unsent = new Unsent(window.sessionStorage);
let waiting = 0; // messages whose replies have not come yet
let sending = Promise.resolve(); // one after the other, so that their order holds

function toEnd(behavior = "smooth") {
  talk.scrollTo({ top: talk.scrollHeight, behavior });
}

function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(message) {
  problem.textContent = message;
  problem.hidden = !message;
}

function setWaiting(change) {
  waiting = Math.max(0, waiting + change);
  typing.hidden = waiting === 0;
  if (waiting) toEnd();
}

// Takes a fragment's entries into the page, each once. Returns how many were new.
function take(html) {
  const fragment = document.createElement("template");
  fragment.innerHTML = html;
  const fresh = [...fragment.content.querySelectorAll(".entry")].filter(
    (entry) => !document.getElementById(entry.id),
  );
  const near = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 160;
  for (const entry of fresh) {
    entry.classList.add("entry-new");
    log.append(entry);
    dress(entry);
  }
  if (fresh.length) {
    for (const used of log.querySelectorAll(".options")) {
      if (!fresh.some((entry) => entry.contains(used))) used.classList.add("options-used");
    }
    if (near || waiting) talk.scrollTop = fresh[0].offsetTop - 12;
  }
  return fresh.length;
}

function dress(root) {
  for (const code of root.querySelectorAll("[data-copy]")) {
    const text = code.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "复制";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "已复制";
    });
    if (navigator.clipboard) code.append(button);
  }
}

function lastReply() {
  const replies = log.querySelectorAll(".entry-us[id]");
  return replies.length ? replies[replies.length - 1].id : "";
}

function bubble(message) {
  const known = document.getElementById(`m-${message.id}`);
  if (known) return known;
  const entry = mine.content.firstElementChild.cloneNode(true);
  entry.id = `m-${message.id}`;
  entry.querySelector(".bubble").textContent = message.text;
  entry.querySelector(".resend").addEventListener("click", () => send(message));
  log.append(entry);
  return entry;
}

function mark(entry, why) {
  const note = entry.querySelector(".unsent");
  entry.classList.toggle("entry-waiting", why === "sending");
  if (!note) return;
  note.hidden = why === "" || why === "sending";
  if (!note.hidden) note.querySelector(".unsent-why").textContent = why;
}

function send(message) {
  const entry = bubble(message);
  mark(entry, "sending");
  unsent.keep(message);
  setWaiting(1);
  toEnd();
  sending = sending.then(() => post(message, entry));
}

async function post(message, entry) {
  let answer;
  try {
    answer = await fetch("/chat", {
      method: "POST",
      headers: { "X-Fragment": "1" },
      body: new URLSearchParams({ text: message.text, message_id: message.id }),
    });
  } catch {
    mark(entry, "没有发出去，连上网络后会自动重发");
    setWaiting(-1);
    return;
  }
  if (answer.ok) {
    unsent.drop(message.id);
    mark(entry, "");
    const pending = answer.headers.get("X-Pending") === "1";
    const fresh = take(await answer.text());
    if (!pending || fresh) setWaiting(-1);
    return;
  }
  const told = await answer.json().catch(() => null);
  mark(entry, told ? told.error.message : "没有发出去");
  if (answer.status < 500 && answer.status !== 429) unsent.drop(message.id);
  setWaiting(-1);
}

function submit(text) {
  const said = text.trim();
  if (!said) return say("请先输入您想咨询或反映的内容。");
  if ([...said].length > longest) return say(`内容太长了，请控制在 ${longest} 个字以内，或分几次发送。`);
  say("");
  send({ id: newMessageId(), text: said });
  return undefined;
}

function grow() {
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight + 2}px`;
}

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(words.value);
  if (problem.hidden) words.value = "";
  grow();
  words.focus();
});
words.addEventListener("input", grow);
words.addEventListener("keydown", (event) => {
  // While an input method is choosing characters, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const chosen = event.submitter;
  if (!event.target.matches(".options, .topics") || !chosen) return;
  event.preventDefault();
  if (event.target.matches(".options")) event.target.classList.add("options-used");
  submit(chosen.value);
  words.focus({ preventScroll: true });
});

function resendAll() {
  offline.hidden = true;
  for (const message of unsent.all()) send(message);
}
window.addEventListener("online", resendAll);
window.addEventListener("offline", () => {
  offline.hidden = false;
});

dress(log);
for (const used of [...log.querySelectorAll(".options")].slice(0, -1)) used.classList.add("options-used");
grow();
toEnd("instant");
resendAll();
offline.hidden = navigator.onLine;
follow({
  after: lastReply,
  take(html) {
    if (take(html)) setWaiting(-waiting);
  },
});
document.documentElement.dataset.live = "yes";
