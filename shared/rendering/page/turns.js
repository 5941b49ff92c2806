// The conversation: its times, the tools of a turn, alternatives and words, folded channels.

const tools = element("tools");

/**
 * @typedef {{begin: number, best: [string, number | null][], words: {text: string[], begin: (number | null)[],
 *   sure: (number | null)[]} | null}} Phrase
 */

/** Words less sure than this are underlined. */
const LOW = 0.6;

/**
 * The phrases behind a turn. Elements of `numbers.block` turns each hold them as JSON, which is read only now.
 * @param {Turn} turn
 * @returns {Phrase[]}
 */
function phrasesOf(turn) {
  const block = talk.querySelectorAll(":scope > .phrases")[Math.floor(turn.index / numbers.block)];
  return JSON.parse(block?.textContent ?? "[]")[turn.index % numbers.block] ?? [];
}

/** @param {number | null} sure */
const percent = (sure) => (sure === null ? "–" : `${Math.round(sure * 100)}%`);

/** A list of what was heard, with confidences. @param {Phrase["best"]} best */
function bestList(best) {
  const list = document.createElement("ol");
  for (const [text, sure] of best) {
    const item = document.createElement("li");
    const heard = made("bdi", visible(text));
    item.append(heard, made("span", percent(sure)));
    list.append(item);
  }
  return list;
}

/** The words as buttons that lead to their moments. @param {NonNullable<Phrase["words"]>} words */
function wordList(words) {
  const line = made("p", "", "words");
  line.dir = "auto";
  words.text.forEach((text, index) => {
    const [begin, sure] = [words.begin[index], words.sure[index]];
    const word = /** @type {HTMLButtonElement} */ (
      made("button", visible(text), sure !== null && sure < LOW ? "word low" : "word")
    );
    word.type = "button";
    word.title = `${begin === null ? "" : clock(begin / TICKS)} ${percent(sure)}`.trim();
    if (begin !== null) word.addEventListener("click", () => seek(begin / TICKS));
    line.append(word, " ");
  });
  return line;
}

/**
 * Control and bidi characters are shown as U+FFFD, as the writer of the page does in its texts.
 * @param {string} text
 */
const visible = (text) =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** Opens or closes the alternatives and words of a turn. @param {Turn} turn */
function toggleAlternatives(turn) {
  const open = turn.item.querySelector(".alts");
  if (open) open.remove();
  else turn.item.append(alternatives(turn));
  button("alternatives").setAttribute("aria-expanded", String(!open));
}

/** @param {Turn} turn */
function alternatives(turn) {
  const box = made("div", "", "alts");
  for (const phrase of phrasesOf(turn)) {
    box.append(made("h2", `${clock(phrase.begin / TICKS)} · heard as`), bestList(phrase.best));
    if (phrase.words) box.append(made("h2", "Words"), wordList(phrase.words));
  }
  return box;
}

/** Shows the tools in a turn, unless they are in use in another one. @param {Element | null | undefined} item */
function offerTools(item) {
  if (!item || tools.parentElement === item || tools.contains(document.activeElement)) return;
  tools.hidden = false;
  item.querySelector(".say")?.after(tools);
  button("alternatives").setAttribute("aria-expanded", String(Boolean(item.querySelector(".alts"))));
}

/** @param {EventTarget | null} target */
const itemOf = (target) => (target instanceof Element ? target.closest(".turn") : null);
const toolsTurn = () => turnOf(/** @type {Element} */ (tools.parentElement));

/** Shows the turns of a folded channel. @param {number} channel */
function unfold(channel) {
  for (const turn of turns) if (tracks[turn.track].channel === channel) turn.item.hidden = false;
  document.querySelector(`.notice[data-channel="${channel}"] .unfold`)?.remove();
  for (const lane of document.querySelectorAll(".lane, .names li")) {
    const place = Array.prototype.indexOf.call(
      lane.parentElement?.querySelectorAll(":scope > .lane, :scope > li"),
      lane,
    );
    if (tracks[place].channel === channel) lane.classList.remove("folded");
  }
}

/** Unfolds a turn's channel if it is folded. @param {Turn} turn */
function reveal(turn) {
  if (!shown(turn)) unfold(tracks[turn.track].channel);
}

/** Moves the focus to the turn before or after the one that has it. @param {number} step */
function stepTurn(step) {
  const from = turnOf(itemOf(document.activeElement) ?? state.turn?.item ?? turns[0].item);
  let index = from.index;
  if (itemOf(document.activeElement) || state.turn)
    do index += step;
    while (turns[index] && !shown(turns[index]));
  if (turns[index]) focusTurn(turns[index]);
}

/** @param {Turn} turn */
function focusTurn(turn) {
  seek(turn.begin, turn);
  turn.item.focus({ preventScroll: true });
}

talk.addEventListener("click", (event) => {
  const item = itemOf(event.target);
  if (item && event.target instanceof Element && event.target.matches(".at")) seek(turnOf(item).begin, turnOf(item));
});
talk.addEventListener("pointerover", (event) => {
  if (event.pointerType === "mouse") offerTools(itemOf(event.target));
});
talk.addEventListener("pointerup", (event) => offerTools(itemOf(event.target)));
talk.addEventListener("focusin", (event) => offerTools(itemOf(event.target)));
talk.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !turns.length) return;
  event.preventDefault();
  stepTurn(step);
});
talk.addEventListener("beforematch", (event) => {
  const item = itemOf(event.target);
  if (item) reveal(turnOf(item));
});
button("alternatives").addEventListener("click", () => toggleAlternatives(toolsTurn()));
for (const unfolding of document.querySelectorAll(".unfold")) {
  /** @type {HTMLElement} */ (unfolding).hidden = false;
  unfolding.addEventListener("click", () =>
    unfold(Number(/** @type {HTMLElement} */ (unfolding.parentElement).dataset.channel)),
  );
}
