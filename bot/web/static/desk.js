// Makes the desk live: what is said and suggested appears as it comes, what is typed is kept as it
// is typed. Everything it does, the page also does without it, by forms.
import { Form } from "./desk-form.js";
import { keys } from "./desk-keys.js";
import { listen } from "./desk-live.js";
import { Transcript } from "./desk-transcript.js";

const desk = document.querySelector(".desk");
const news = document.getElementById("news");
const lost = document.getElementById("lost");
const found = document.getElementById("found");
const call = desk.dataset.call;
const transcript = call ? new Transcript(desk) : null;
const form = call ? new Form(document.getElementById("order-form")) : null;
const held = new Map(); // parts that came while somebody typed in them

function say(text) {
  news.textContent = "";
  requestAnimationFrame(() => {
    news.textContent = text;
  });
}

let pressed = null; // the part the pointer is down in: what is clicked must stay until it is

document.addEventListener("pointerdown", (event) => {
  pressed = event.target.closest(".part");
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => {
    pressed = null;
    setTimeout(() => {
      if (held.size) take(Object.fromEntries(held));
    });
  });
}

function typesIn(part) {
  if (pressed === part) return true;
  const active = document.activeElement;
  // A question that is open must stay until it is answered, also where the alarm comes and goes.
  if (part.contains(active) && active.closest(".confirming[open]")) return true;
  return part.contains(active) && active.matches("textarea, input:not([type=radio], [type=checkbox])");
}

// Puts a part's new content in its place, and the focus where it was.
function put(part, html, hash) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...part.querySelectorAll("details")].filter((one) => one.open !== one.hasAttribute("open")).map((one) => one.querySelector("summary").id);
  part.innerHTML = html;
  part.dataset.hash = hash;
  for (const id of open) {
    const details = id && document.getElementById(id)?.closest("details");
    if (details) details.open = !details.open;
  }
  if (focused) (document.getElementById(focused) ?? part.closest("section, aside"))?.focus({ preventScroll: true });
  tick();
}

function take(parts) {
  for (const [name, { html, hash }] of Object.entries(parts)) {
    const part = document.getElementById(`p-${name}`);
    if (!part || part.dataset.hash === hash) {
      held.delete(name);
    } else if (typesIn(part)) {
      held.set(name, { html, hash });
    } else {
      put(part, html, hash);
      held.delete(name);
      if (name === "answers") announce(part);
    }
  }
}

function announce(part) {
  const count = Number(part.querySelector(".answers").dataset.count);
  const first = part.querySelector(".source a");
  if (count) say(`有 ${count} 条建议答复，第一条出自${first ? first.textContent : "内容库"}`);
  document.querySelector(".desk-tabs .dot").hidden = desk.dataset.tab === "talk";
}

document.addEventListener("focusout", () => {
  setTimeout(() => {
    if (held.size) take(Object.fromEntries(held));
  });
});

function tick() {
  const now = Date.now();
  for (const one of document.querySelectorAll(".ticking")) {
    const seconds = Math.max(0, Math.round((now - Date.parse(one.dataset.since)) / 1000));
    one.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

function state(now) {
  if (now && now !== desk.dataset.state) desk.dataset.state = now;
}

const idle = () => !call || ["wrapped_up", "abandoned"].includes(desk.dataset.state);

let streamed = 0; // what came by the stream meanwhile is newer than an answer under way

const taken = {
  sentences: ({ html, last }) => transcript.add(html, last),
  words: (words) => transcript.partial(words),
  parts: ({ parts, state: now }) => {
    streamed += 1;
    take(parts);
    state(now);
  },
  fields: (fields) => {
    streamed += 1;
    form.take(fields);
  },
  desk: ({ html, go }) => {
    put(document.getElementById("p-lists"), html, "");
    if (!go || go === call) return;
    if (idle() && !form?.unsaved) location.assign(`/desk?call=${go}`);
    else say("有新的电话，按 Alt+N 打开");
  },
  gone: () => location.assign("/desk"),
  bye: () => location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`),
};

// Sends a form of the page without leaving it.
async function send(sent, submitter) {
  await form?.flush();
  const before = streamed;
  const values = new URLSearchParams(new FormData(sent));
  if (submitter?.name) values.set(submitter.name, submitter.value);
  let told = null;
  try {
    const answer = await fetch(sent.action, { method: "POST", headers: { "X-Fragment": "1" }, body: values });
    told = await answer.json().catch(() => null);
    if (!answer.ok) return problem(told?.error?.message ?? "没有办成，请再试一次");
  } catch {
    return problem("连不上服务，没有办成，请再试一次");
  }
  problem("");
  if (streamed === before) {
    state(told.state);
    take(told.parts);
    form?.take(told.fields);
  } // else what was done wakes the stream, which brings the newest
  if (told.done === "opened" || told.done === "joined") document.getElementById("p-case").scrollIntoView({ block: "nearest" });
  if (told.done === "wrapped") say("已办结");
  if (told.done === "transferred") say("已转接");
  return true;
}

function problem(message) {
  let place = document.getElementById("problem");
  if (!place) {
    place = document.createElement("p");
    place.id = "problem";
    place.className = "problem";
    place.setAttribute("role", "alert");
    document.querySelector(".desk").before(place);
  }
  place.textContent = message;
  place.hidden = !message;
  return false;
}

document.addEventListener("submit", async (event) => {
  const sent = event.target;
  const submitter = event.submitter;
  if (sent.id === "search-form") {
    event.preventDefault();
    await search(new FormData(sent));
  } else if (sent.matches("[data-live], #order-form")) {
    event.preventDefault();
    const asked = submitter?.closest(".confirming");
    if (asked) {
      asked.open = false;
      document.getElementById("talk").focus({ preventScroll: true });
    }
    if (submitter) submitter.disabled = true;
    const done = await send(sent, submitter);
    if (submitter) submitter.disabled = false;
    if (!done) return;
    if (sent.id === "say-form") sent.querySelector("#say-text").value = "";
    if (sent.closest("#found")) hideFound();
  }
});

async function search(values) {
  const query = new URLSearchParams(values);
  const answer = await fetch(`/desk/search?${query}`, { headers: { "X-Fragment": "1" } }).catch(() => null);
  if (!answer?.ok) return problem("没有查成，请再试一次");
  problem("");
  document.getElementById("found-list").innerHTML = await answer.text();
  found.hidden = false;
  const count = found.querySelectorAll(".answer").length;
  say(count ? `查到 ${count} 条` : "没有查到");
  (found.querySelector(".answer button") ?? found.querySelector(".answer a"))?.focus({ preventScroll: true });
  found.scrollIntoView({ block: "start" });
  return undefined;
}

function hideFound() {
  found.hidden = true;
  document.getElementById("search").value = "";
}

document.getElementById("close-found").addEventListener("click", (event) => {
  event.preventDefault();
  hideFound();
  document.getElementById("search").focus();
});

document.addEventListener("click", (event) => {
  const ask = event.target.closest(".ask");
  if (ask) form.goTo(ask.dataset.field);
  const tab = event.target.closest(".desk-tabs a");
  if (tab) {
    event.preventDefault();
    show(tab.dataset.tab);
  }
});

// On a narrow screen one of three sections is seen.
export function show(tab) {
  desk.dataset.tab = tab;
  for (const link of document.querySelectorAll(".desk-tabs a")) {
    if (link.dataset.tab === tab) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (tab === "talk") document.querySelector(".desk-tabs .dot").hidden = true;
}

show(desk.dataset.tab);
setInterval(tick, 1000);
tick();
keys({ show, form, hideFound });
document.documentElement.dataset.live = "yes"; // from here on keys are heard
listen({
  address: () => `/desk/events?call=${encodeURIComponent(call)}&after=${transcript ? transcript.last : -1}`,
  taken,
  lost: (is) => {
    lost.hidden = !is;
    if (!is) form?.flush();
  },
});
