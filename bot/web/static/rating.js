// Rates an answer without leaving the page; without script the same forms reload it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const rating = form.closest(".rating");
  if (!rating) return;
  event.preventDefault();
  const values = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) values.set(event.submitter.name, event.submitter.value);
  rating.setAttribute("aria-busy", "true");
  let told = null;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-Fragment": "1" },
      body: values,
    });
    if (answer.ok) return show(rating, await answer.text());
    told = await answer.json().catch(() => null);
  } catch {
    // No network: said below.
  }
  rating.removeAttribute("aria-busy");
  rating.querySelector(".rating-said").textContent = told?.error.message ?? "没有记下，请再试一次";
  return undefined;
});

function show(rating, html) {
  const fragment = document.createElement("template");
  fragment.innerHTML = html;
  const fresh = fragment.content.firstElementChild;
  rating.replaceWith(fresh);
  const next = fresh.querySelector("[name=comment]") ?? fresh.querySelector("[aria-pressed=true]");
  next.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "nearest" });
}
