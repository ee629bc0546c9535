// The mailbox's form: what is written stays on this device until it is sent, and answers are
// suggested while it is written. Without this script the page sends and reads all the same.
const KEY = "policyline-letter";
const KEPT = ["subject", "text", "place", "name", "phone", "mail"];
const SAVE_MS = 800;
const SUGGEST_MS = 1200;

const stored = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
};

const forget = () => {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // A forbidden storage kept nothing.
  }
};

const form = document.getElementById("letter");
if (document.querySelector("[data-letter-sent]")) forget();
if (form) {
  const saved = document.getElementById("saved");
  const suggested = document.getElementById("suggested");
  const tell = (text) => {
    saved.textContent = text;
    if (!text) return;
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "button";
    clear.textContent = "清除";
    clear.addEventListener("click", () => {
      forget();
      tell("");
    });
    saved.append(" ", clear);
  };
  const before = stored();
  let restored = false;
  for (const name of KEPT) {
    if (before[name] && !form.elements[name].value) {
      form.elements[name].value = before[name];
      restored = true;
    }
  }
  if (restored) tell("已恢复上次没有提交的内容。公用电脑上请清除。");

  let saving = 0;
  let asking = 0;
  let asked = "";
  const save = () => {
    const values = Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value]));
    try {
      localStorage.setItem(KEY, JSON.stringify(values));
      tell("已自动保存在这台设备上。公用电脑上请清除。");
    } catch {
      // A full or forbidden storage only means that a reload forgets what was not sent.
    }
  };
  const suggest = async () => {
    const body = new URLSearchParams({
      subject: form.elements.subject.value,
      text: form.elements.text.value,
    });
    if (body.toString() === asked) return;
    asked = body.toString();
    try {
      const answer = await fetch("/mailbox/suggest", {
        method: "POST",
        body,
        headers: { "X-Fragment": "1" },
      });
      if (answer.ok) suggested.innerHTML = await answer.text();
    } catch {
      // Suggestions are a help, not a need.
    }
  };
  form.addEventListener("input", (event) => {
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_MS);
    if (event.target.name !== "subject" && event.target.name !== "text") return;
    clearTimeout(asking);
    asking = setTimeout(suggest, SUGGEST_MS);
  });
  const code = document.getElementById("get-code");
  code?.addEventListener("click", async (event) => {
    event.preventDefault();
    const told = document.getElementById("code-told");
    const body = new URLSearchParams({
      phone: form.elements.phone.value,
      letter_id: form.elements.letter_id.value,
    });
    code.disabled = true;
    try {
      const answer = await fetch("/mailbox/code", {
        method: "POST",
        body,
        headers: { "X-Fragment": "1" },
      });
      told.textContent = await answer.text();
      if (answer.ok) form.elements.phone_code.focus();
    } catch {
      told.textContent = "网络不通，请稍后再试。";
    }
    code.disabled = false;
  });
  form.addEventListener("submit", () => {
    clearTimeout(saving);
    clearTimeout(asking);
  });
}
