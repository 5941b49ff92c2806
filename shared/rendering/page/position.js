// The moment that the page shows, the turn of that moment, and the selected range.

/** @type {{time: number, turn: Turn | null, range: Span | null, follow: boolean}} */
const state = { time: 0, turn: null, range: null, follow: true };

/** Called with every change of the moment that a person made. @type {((time: number) => void)[]} */
const whenMoved = [];

const shown = (/** @type {Turn} */ turn) => !turn.item.hidden;

/**
 * The turn of a moment: the last that has begun and still runs, else the last that has begun.
 * @param {number} time
 */
function turnAt(time) {
  let low = 0,
    high = turns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns[middle].begin <= time + 1e-6) low = middle + 1;
    else high = middle;
  }
  /** @type {Turn | null} */
  let begun = null;
  for (let index = low - 1, looked = 0; index >= 0 && looked < 50; index -= 1, looked += 1) {
    if (!shown(turns[index])) continue;
    begun ??= turns[index];
    if (turns[index].end > time) return turns[index];
  }
  return begun;
}

/** Shows a moment on the clock, in the lanes and in the conversation, without scrolling. @param {number} time */
function showTime(time, turn = turnAt(time)) {
  state.time = between(time, 0, duration);
  element("clock").textContent = clock(state.time);
  element("needle").style.left = `${(state.time / duration) * 100}%`;
  if (turn !== state.turn) markTurn(turn);
  scrub.setAttribute("aria-valuenow", state.time.toFixed(1));
  scrub.setAttribute(
    "aria-valuetext",
    `${clock(state.time, false)}${turn && turn.end > state.time ? `, ${nameOf(turn)}` : ""}`,
  );
}

/** @param {Turn | null} turn */
function markTurn(turn) {
  state.turn?.item.classList.remove("now");
  state.turn?.item.removeAttribute("aria-current");
  if (state.turn) at(state.turn).tabIndex = -1;
  turn?.item.classList.add("now");
  turn?.item.setAttribute("aria-current", "true");
  if (turn) at(turn).tabIndex = 0;
  state.turn = turn;
}

/** The button of a turn that says its time. @param {Turn} turn */
const at = (turn) => /** @type {HTMLButtonElement} */ (turn.item.querySelector(".at"));

/**
 * Goes to a moment: the recording, the lanes and the conversation.
 * @param {number} time
 * @param {Turn | null} [turn]
 */
function seek(time, turn) {
  const target = between(time, 0, duration);
  showTime(target, turn ?? turnAt(target));
  for (const moved of whenMoved) moved(state.time);
  if (state.turn) bringIntoSight(state.turn.item);
  if (state.time < (turns[0]?.begin ?? 0)) window.scrollTo({ top: 0, behavior: "instant" });
  rememberPlace();
}

/**
 * Scrolls to an item. Items far away have guessed heights until they are drawn, so its place is looked at again.
 * @param {HTMLElement} item
 */
function bringIntoSight(item, tries = 4) {
  const sticky = element("deck").getBoundingClientRect().bottom;
  const box = item.getBoundingClientRect();
  const begins = box.top >= Math.max(0, sticky) && box.top < window.innerHeight;
  const ends = box.bottom <= window.innerHeight - 60 || box.top < window.innerHeight / 3;
  const fills = box.top < sticky && box.bottom > window.innerHeight;
  const inSight = (begins && ends) || fills;
  if (!inSight) item.scrollIntoView({ block: "center", behavior: "instant" });
  offerReturn();
  if (tries > 0 && !inSight) requestAnimationFrame(() => bringIntoSight(item, tries - 1));
}

/** Selects a range; null clears it. @param {Span | null} range */
function select(range) {
  state.range = range && [between(Math.min(...range), 0, duration), between(Math.max(...range), 0, duration)];
  element("chosen").hidden = !state.range;
  element("range").hidden = !state.range;
  if (!state.range) return;
  const [from, to] = state.range;
  element("range").style.left = `${(from / duration) * 100}%`;
  element("range").style.width = `${((to - from) / duration) * 100}%`;
  const count = turnsOf(state.range).length;
  element("chosen-text").textContent = `${clock(from)} to ${clock(to)}, ${count} ${count === 1 ? "turn" : "turns"}`;
}

/** The turns in sight that touch a range. @param {Span} range */
const turnsOf = ([from, to]) =>
  turns.filter((turn) => shown(turn) && turn.begin < to && Math.max(turn.end, turn.begin + 1e-3) > from);

/** @param {PointerEvent} event */
function timeUnder(event) {
  const box = scrub.getBoundingClientRect();
  return between((event.clientX - box.left) / box.width, 0, 1) * duration;
}

/** Pixels that the pointer moves before a click becomes a drag. */
const DRAG = 4;
/** Seconds of an arrow key on the lanes. */
const STEP = 5;

/**
 * Where the pointer went down: its place, and whether it has been dragged.
 * @type {{x: number, time: number, drags: boolean} | null}
 */
let down = null;

scrub.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  scrub.setPointerCapture(event.pointerId);
  down = { x: event.clientX, time: timeUnder(event), drags: false };
});
scrub.addEventListener("pointermove", (event) => {
  if (!down) return;
  down.drags ||= Math.abs(event.clientX - down.x) >= DRAG;
  if (down.drags) select([down.time, timeUnder(event)]);
});
scrub.addEventListener("pointerup", () => {
  if (!down) return;
  const { time, drags } = down;
  down = null;
  if (!drags) select(null);
  seek(drags && state.range ? state.range[0] : time);
});
scrub.addEventListener("pointercancel", () => {
  down = null;
});
scrub.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  /** @type {Record<string, number>} */
  const moves = {
    ArrowRight: STEP,
    ArrowUp: STEP,
    ArrowLeft: -STEP,
    ArrowDown: -STEP,
    PageUp: 60,
    PageDown: -60,
    Home: -duration,
    End: duration,
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  if (event.shiftKey) extend(move);
  else seek(state.time + move);
});

/** Moves the end of the selected range, which begins where the page is. @param {number} move */
function extend(move) {
  const anchor = state.range?.[0] ?? state.time;
  select([anchor, Math.max(anchor, (state.range?.[1] ?? anchor) + move)]);
}

// The way back: offered while the conversation does not show the turn of the moment, and the page does not follow.

/** @param {boolean} follow */
function setFollow(follow) {
  state.follow = follow;
  button("follow").setAttribute("aria-pressed", String(follow));
  if (follow && state.turn) bringIntoSight(state.turn.item);
  offerReturn();
}

const offerReturn = oncePerFrame(() => {
  const box = state.turn?.item.getBoundingClientRect();
  const away = box && (box.bottom < element("deck").getBoundingClientRect().bottom || box.top > window.innerHeight);
  const back = button("return");
  back.hidden = !away || (state.follow && !playing());
  if (box && away) back.textContent = `${box.top < 0 ? "↑" : "↓"} Back to ${clock(state.time, false)}`;
});

/** A person scrolls, so the page stops to follow. */
function leave() {
  if (state.follow && playing()) setFollow(false);
  offerReturn();
}

addEventListener("wheel", leave, { passive: true });
addEventListener("touchmove", leave, { passive: true });
addEventListener("scroll", offerReturn, { passive: true });
addEventListener("keydown", (event) => {
  if (["PageUp", "PageDown", "Home", "End"].includes(event.key) && event.target !== scrub) leave();
});
// The page's own scroll bar: nothing else lies outside of the root's width.
addEventListener("pointerdown", (event) => {
  if (event.clientX >= document.documentElement.clientWidth) leave();
});
button("return").addEventListener("click", () => setFollow(true));
button("follow").addEventListener("click", () => setFollow(!state.follow));
button("back").addEventListener("click", () => seek(state.time - 10));
button("forth").addEventListener("click", () => seek(state.time + 10));
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--deck", `${element("deck").offsetHeight}px`);
}).observe(element("deck"));
scrub.setAttribute("aria-valuemax", duration.toFixed(1));
