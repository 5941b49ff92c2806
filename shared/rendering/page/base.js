// What all parts of the transcript page use: the recording's numbers, and times in it.

/** @typedef {{name: string, channel: number, folded: boolean}} Track */
/**
 * @typedef {{index: number, begin: number, end: number, track: number, sure: number | null, item: HTMLElement}}
 *   Turn
 */
/**
 * @typedef {{job: string, file: string, revision: string, title: string, length: number | null,
 *   tracks: Track[], block: number, begin: number[], lengths: number[], track: number[], sure: (number | null)[],
 *   broken: string | null}} Numbers `broken`: why turns are missing at the end.
 */

const TICKS = 1e7;

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
