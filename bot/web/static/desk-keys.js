// The desk by keyboard. With Alt, so that typing is not disturbed; without script each is a button.
export function keys({ show, form, hideFound }) {
  const dialog = document.getElementById("keys");

  function press(key) {
    const button = document.querySelector(`[data-key="${key}"]`);
    if (button instanceof HTMLDetailsElement) {
      // It asks once: Enter on the button that has the focus does it.
      show("talk");
      button.open = true;
      button.querySelector("button").focus();
      return;
    }
    if (button && !button.disabled) button.click();
  }

  function edit(number) {
    const details = document.querySelector(`[data-key="edit-${number}"]`);
    if (!details) return;
    show("talk");
    details.open = true;
    details.querySelector("textarea").focus();
  }

  function search() {
    show("talk");
    document.getElementById("search").focus();
    document.getElementById("search").select();
  }

  function ignoreAll() {
    for (const button of [...document.querySelectorAll('[data-key="ignore"]')].slice(0, 1)) {
      const all = document.createElement("button");
      all.setAttribute("form", "act");
      all.name = "do";
      all.value = "ignore:all";
      all.hidden = true;
      button.after(all);
      all.click();
      all.remove();
    }
  }

  function focusOn(id, tab) {
    show(tab);
    document.getElementById(id)?.focus();
  }

  const withAlt = {
    Digit0: ignoreAll,
    Enter: () => document.getElementById("b-open")?.click(),
    KeyG: () => {
      show("order");
      form?.goToFirstEmpty();
    },
    KeyJ: () => press("join"),
    KeyN: () => document.querySelector('.calls .call-link:not([aria-current])')?.click(),
    KeyT: () => press("transfer"),
    KeyW: () => focusOn("wrap-summary", "order"),
    KeyY: () => focusOn("say-text", "talk"),
  };
  for (const number of [1, 2, 3]) withAlt[`Digit${number}`] = () => press(`adopt-${number}`);

  document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || dialog.open) return;
    const writing = event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
    if (event.altKey && event.shiftKey && /^Digit[123]$/.test(event.code)) {
      event.preventDefault();
      edit(event.code.slice(-1));
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && withAlt[event.code]) {
      event.preventDefault();
      withAlt[event.code]();
    } else if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      search();
    } else if (event.key === "Escape") {
      if (!document.getElementById("found").hidden) hideFound();
      if (writing) event.target.blur();
      const asked = event.target.closest(".confirming[open]");
      if (asked) {
        asked.open = false;
        document.getElementById("talk").focus({ preventScroll: true });
      }
    } else if (!writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.key === "/") {
        event.preventDefault();
        search();
      } else if (event.key === "?") dialog.showModal();
    }
  });
}
