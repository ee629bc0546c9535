// What the citizen said and the service has not confirmed, kept over a reload of this tab.
const KEY = "policyline-unsent";

export class Unsent {
  constructor(storage) {
    this.storage = storage;
  }

  all() {
    try {
      return JSON.parse(this.storage.getItem(KEY) ?? "[]");
    } catch {
      return [];
    }
  }

  keep(message) {
    if (!this.all().some((known) => known.id === message.id)) this.#write([...this.all(), message]);
  }

  drop(id) {
    this.#write(this.all().filter((message) => message.id !== id));
  }

  #write(messages) {
    try {
      this.storage.setItem(KEY, JSON.stringify(messages));
    } catch {
      // A full or forbidden storage only means that a reload forgets what was not sent.
    }
  }
}
