// Tells what is wrong with a reply while it is written; sending checks it again without script.
// Brings in the suggested draft and its sources, to be taken whole or sentence by sentence.
const WAIT_MS = 700;

for (const field of document.querySelectorAll("textarea[data-check]")) {
  const said = field.parentElement.querySelector(".findings");
  let timer = 0;
  let asked = 0;

  const check = async () => {
    const mine = ++asked;
    const token = field.form.elements.namedItem("csrf_token").value;
    try {
      const answer = await fetch(field.dataset.check, {
        method: "POST",
        headers: { "X-Fragment": "1" },
        body: new URLSearchParams({ text: field.value, csrf_token: token }),
      });
      if (answer.ok && mine === asked) show(said, await answer.json());
    } catch {
      // No network: sending will tell.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, WAIT_MS);
  });
}

for (const place of document.querySelectorAll("[data-draft]")) {
  const field = document.getElementById(place.dataset.into);
  const keys = field.form.elements.namedItem("draft_sources");

  const name = (more) => {
    const all = [...keys.value.split("、"), ...more.split("、")].filter(Boolean);
    keys.value = [...new Set(all)].join("、");
  };
  const put = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };

  const bring = async () => {
    try {
      const answer = await fetch(place.dataset.draft, { headers: { "X-Fragment": "1" } });
      if (!answer.ok) return;
      place.innerHTML = await answer.text();
    } catch {
      return; // The link stays: it opens the draft on a page of its own.
    }
    for (const whole of place.querySelectorAll("[data-take]")) {
      whole.addEventListener("click", (event) => {
        event.preventDefault();
        keys.value = "";
        name(whole.dataset.keys);
        put(whole.dataset.take);
      });
    }
    for (const one of place.querySelectorAll("[data-sentence]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = "取用这句";
      button.addEventListener("click", () => {
        name(one.dataset.key);
        put(inserted(field, one.querySelector("span").textContent));
      });
      one.append(button);
    }
  };
  bring();
}

// The field's text with a sentence at the cursor, or in place of what is selected.
function inserted(field, sentence) {
  const at = field.selectionStart;
  return field.value.slice(0, at) + sentence + field.value.slice(field.selectionEnd);
}

function show(place, { fit, findings }) {
  const list = document.createElement("ul");
  list.className = "judged-reasons";
  for (const one of findings) {
    const item = document.createElement("li");
    item.textContent = one.weight === "advice" ? `建议：${one.said}` : one.said;
    list.append(item);
  }
  const head = document.createElement("p");
  head.textContent = fit ? "可以发送" : "还不能发送";
  place.replaceChildren(head, list);
}
