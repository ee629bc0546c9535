// Keeps the supervisor's view up to date.
import { listen } from "./desk-live.js";

const board = document.getElementById("board");
const lost = document.getElementById("lost");

function tick() {
  for (const one of document.querySelectorAll(".ticking")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(one.dataset.since)) / 1000));
    one.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

setInterval(tick, 1000);
listen({
  address: () => "/desk/board/events",
  taken: {
    board: ({ html }) => {
      board.innerHTML = html;
      tick();
    },
    bye: () => location.assign("/signin?next=%2Fdesk%2Fboard"),
  },
  lost: (is) => {
    lost.hidden = !is;
  },
});
