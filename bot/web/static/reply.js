// Tells what is wrong with a reply while it is written; sending checks it again without script.
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
