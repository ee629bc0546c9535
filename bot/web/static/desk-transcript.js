// The running transcript: sentences in order, each once; words that may still change below them.
const NEAR = 48;

export class Transcript {
  constructor(desk) {
    this.list = document.getElementById("transcript");
    this.button = document.getElementById("to-end");
    this.last = Number(desk.dataset.last);
    this.following = true; // until the reader scrolls up
    this.height = 0;
    this.button.addEventListener("click", () => this.toEnd());
    this.list.addEventListener("scroll", () => {
      if (this.list.clientHeight !== this.height) return; // it was resized, nobody scrolled
      this.following = this.#atEnd();
      if (this.following) this.button.hidden = true;
    });
    new ResizeObserver(() => {
      this.height = this.list.clientHeight;
      if (this.following) this.toEnd();
    }).observe(this.list);
    this.toEnd();
  }

  // Whoever reads further up stays where they are.
  add(html, last) {
    const fragment = document.createElement("template");
    fragment.innerHTML = html;
    for (const one of fragment.content.querySelectorAll(".said")) {
      if (!document.getElementById(one.id)) this.list.append(one);
    }
    this.last = Math.max(this.last, last);
    if (this.following) this.toEnd();
    else this.button.hidden = false;
  }

  partial(words) {
    for (const line of document.querySelectorAll(".said-partial")) {
      const text = words[line.dataset.leg] ?? "";
      line.hidden = !text;
      line.querySelector(".said-text").textContent = text;
    }
  }

  toEnd() {
    this.following = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.button.hidden = true;
  }

  #atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
  }
}
