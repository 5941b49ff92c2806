// What all parts use: elements, the recording's numbers, times, messages.

/** @typedef {{name: string, channel: number, folded: boolean}} Track */
/**
 * @typedef {{index: number, begin: number, end: number, track: number, sure: number | null, item: HTMLElement}}
 *   Turn
 */
/**
 * @typedef {{job: string, file: string, revision: string, title: string, length: number | null, tracks: Track[], block: number,
 *   begin: number[], lengths: number[], track: number[], sure: (number | null)[]}} Numbers
 */

const TICKS = 1e7;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));
/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
/** @param {string} id */
const dialog = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

/** @type {Numbers} */
const numbers = JSON.parse(element("data").textContent ?? "");
const tracks = numbers.tracks;
const talk = element("talk");

/** @type {Turn[]} */
const turns = Array.from(talk.querySelectorAll(":scope > .turn"), (item, index) => ({
  index,
  begin: numbers.begin[index] / TICKS,
  end: (numbers.begin[index] + numbers.lengths[index]) / TICKS,
  track: numbers.track[index],
  sure: numbers.sure[index],
  item: /** @type {HTMLElement} */ (item),
}));
/** Of turns with equal parents the place among all: an item's id ends in it. @param {Element} item */
const turnOf = (item) => turns[Number(item.id.slice("turn".length))];

/** Length of the recording in seconds: the head's, or the end of the last turn. */
const duration = (numbers.length ?? 0) / TICKS || turns.reduce((last, turn) => Math.max(last, turn.end), 1);

/** The text of a turn. @param {Turn} turn */
const say = (turn) => /** @type {HTMLElement} */ (turn.item.querySelector(".say"));
/** @param {Turn} turn */
const textOf = (turn) => say(turn).textContent ?? "";
/** @param {Turn} turn */
const nameOf = (turn) => tracks[turn.track].name;

/** `3:02.4`, or `1:03:02.4` from an hour on; without `tenths` to the second below. @param {number} seconds */
function clock(seconds, tenths = true) {
  const all = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  const [hours, minutes, rest] = [Math.floor(all / 36000), Math.floor(all / 600) % 60, Math.floor(all / 10) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const begin = hours ? `${hours}:${two(minutes)}` : `${minutes}`;
  return `${begin}:${two(rest)}${tenths ? `.${all % 10}` : ""}`;
}

/** Seconds of a time that a person writes: `843.2`, `14:03.2`, `1:14:03`. NaN if it is none. @param {string} text */
function parseTime(text) {
  const parts = text.trim().replace(",", ".").split(":");
  const valid = parts.length <= 3 && parts.every((part) => /^\d+(\.\d+)?$/.test(part));
  return valid ? parts.reduce((sum, part) => sum * 60 + Number(part), 0) : NaN;
}

/** @param {number} value @param {number} least @param {number} most */
const between = (value, least, most) => Math.min(Math.max(value, least), most);

/** Shows a short message for some seconds, and says it to screen readers. @param {string} message */
function tell(message) {
  const toast = element("toast");
  toast.textContent = message;
  window.clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => {
    toast.textContent = "";
  }, 5000);
}
let toastTimer = 0;

/**
 * Puts a message above the conversation; an earlier one of the same kind goes.
 * @param {string} kind
 * @param {...(string | Node)} content
 */
function notice(kind, ...content) {
  element(`notice-${kind}`)?.remove();
  if (!content.length) return;
  const box = document.createElement("div");
  box.id = `notice-${kind}`;
  box.className = "notice";
  box.setAttribute("role", "status");
  box.append(...content);
  element("notices").append(box);
}

/** Calls `change` for every animation frame in which it was asked for, once. @param {() => void} change */
function oncePerFrame(change) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      change();
    });
  };
}
