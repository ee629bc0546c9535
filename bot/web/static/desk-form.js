// The order form: fills with what is heard, and never writes over what was typed.
const WAIT_MS = 500;
const AGAIN_MS = 3000;
const SOURCES = { heard: "听到", told: "来电", typed: "手填" };

export class Form {
  constructor(form) {
    this.form = form;
    this.saved = document.getElementById("saved");
    this.timers = new Map(); // typed and not yet on its way
    this.sending = new Map(); // on its way, by field
    this.later = new Map(); // heard while the field had the focus
    for (const field of this.#fields()) {
      field.addEventListener("input", () => this.#typed(field));
      field.addEventListener("blur", () => this.#left(field));
    }
    window.addEventListener("beforeunload", (event) => {
      if (this.unsaved) event.preventDefault();
    });
  }

  get unsaved() {
    return this.timers.size + this.sending.size > 0;
  }

  // What the service has: value, where it is from, and the sentence it was heard in.
  take(fields) {
    for (const [name, told] of Object.entries(fields ?? {})) {
      const field = this.form.elements.namedItem(name);
      if (!field || this.timers.has(name) || this.sending.has(name)) continue;
      if (document.activeElement === field && value(field) !== told.value) this.later.set(name, told);
      else {
        this.later.delete(name); // what was heard meanwhile is taken back
        this.#put(field, told);
      }
    }
  }

  // All that was typed is with the service when this is done; false where some could not be sent.
  async flush() {
    for (const [name, timer] of [...this.timers]) {
      clearTimeout(timer);
      this.#send(this.form.elements.namedItem(name));
    }
    await Promise.all(this.sending.values());
    return this.timers.size === 0;
  }

  goTo(name) {
    const field = this.form.elements.namedItem(name);
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }

  goToFirstEmpty() {
    const empty = this.#fields().find((field) => field.type !== "checkbox" && !field.value);
    (empty ?? this.#fields()[0]).focus();
  }

  #fields() {
    return [...this.form.querySelectorAll("[id^=f-]")];
  }

  #typed(field) {
    this.later.delete(field.name);
    this.#mark(field, "typed", "");
    clearTimeout(this.timers.get(field.name));
    this.timers.set(field.name, setTimeout(() => this.#send(field), WAIT_MS));
  }

  #left(field) {
    const told = this.later.get(field.name);
    this.later.delete(field.name);
    if (this.timers.has(field.name)) {
      clearTimeout(this.timers.get(field.name));
      this.#send(field);
    } else if (told) this.#put(field, told);
  }

  #send(field) {
    this.timers.delete(field.name);
    const before = this.sending.get(field.name) ?? Promise.resolve();
    const sent = before.then(() => this.#post(field)).finally(() => {
      if (this.sending.get(field.name) === sent) this.sending.delete(field.name);
    });
    this.sending.set(field.name, sent);
  }

  async #post(field) {
    const typed = value(field);
    const body = new URLSearchParams({
      csrf_token: this.form.elements.namedItem("csrf_token").value,
      name: field.name,
      value: typed,
    });
    let answer = null;
    try {
      answer = await fetch(this.form.dataset.field, { method: "POST", headers: { "X-Fragment": "1" }, body });
    } catch {
      // No network: kept, and sent again below.
    }
    if (answer?.ok) {
      this.#was(field.name, typed);
      this.saved.textContent = "已保存";
    } else if (!answer || answer.status >= 500) {
      this.saved.textContent = "还没有保存，连上后会自动再试";
      if (!this.timers.has(field.name)) this.timers.set(field.name, setTimeout(() => this.#send(field), AGAIN_MS));
    } else {
      const told = await answer.json().catch(() => null);
      this.saved.textContent = told?.error.message ?? "没有保存";
    }
  }

  #put(field, told) {
    if (field.type === "checkbox") field.checked = told.value === "true";
    else if (field.value !== told.value) {
      field.value = told.value;
      if (told.source !== "typed") {
        field.classList.remove("fresh");
        requestAnimationFrame(() => field.classList.add("fresh"));
      }
    }
    this.#was(field.name, told.value);
    this.#mark(field, told.source, told.quote);
  }

  #was(name, told) {
    this.form.elements.namedItem(`was-${name}`).value = told;
  }

  #mark(field, source, quote) {
    field.closest(".field").dataset.source = source;
    document.getElementById(`from-${field.name}`).textContent = SOURCES[source] ?? "";
    document.getElementById(`from-${field.name}`).dataset.source = source;
    document.getElementById(`q-${field.name}`).textContent = quote ? `原话：${quote}` : "";
  }
}

function value(field) {
  if (field.type === "checkbox") return field.checked ? "true" : "false";
  return field.value;
}
