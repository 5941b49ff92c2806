// The search: ignores case and accents, marks hits by the CSS Custom Highlight API, and needs no element for a hit.

/** @typedef {{turn: Turn, from: number, to: number}} Hit Offsets are code units of the turn's text. */

/** Hits beyond this number are not looked for. */
const MOST_HITS = 20000;
const query = field("query");

/** @type {{hits: Hit[], here: number}} */
const found = { hits: [], here: -1 };
/** Folded texts of all turns, made at the first search. @type {{text: string, places: number[] | null}[] | null} */
let folded = null;

/** @param {string} wanted @returns {Hit[]} */
function search(wanted) {
  folded ??= turns.map((turn) => fold(textOf(turn)));
  /** @type {Hit[]} */
  const hits = [];
  for (const turn of turns) {
    const { text, places } = folded[turn.index];
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      const to = from + wanted.length;
      hits.push({ turn, from: places ? places[from] : from, to: places ? places[to] : to });
      if (hits.length === MOST_HITS) return hits;
    }
  }
  return hits;
}

/** @param {Hit} hit */
function rangeOf(hit) {
  const text = say(hit.turn);
  if (text.childNodes.length > 1) text.normalize(); // parsers may cut a long text
  const node = /** @type {Text} */ (text.firstChild);
  return new StaticRange({ startContainer: node, startOffset: hit.from, endContainer: node, endOffset: hit.to });
}

/** Scrolls to a hit in a turn that is taller than the window. @param {Hit} hit */
function bringHitIntoSight(hit) {
  const { startContainer, startOffset, endOffset } = rangeOf(hit);
  const range = new Range();
  range.setStart(startContainer, startOffset);
  range.setEnd(startContainer, endOffset);
  const { top, bottom } = range.getBoundingClientRect();
  if (top < element("deck").getBoundingClientRect().bottom || bottom > window.innerHeight) {
    window.scrollBy({ top: top - window.innerHeight / 2, behavior: "instant" });
  }
}

/** The moment of a hit, in proportion to its place in the turn's text. @param {Hit} hit */
function momentOf(hit) {
  const whole = textOf(hit.turn).length || 1;
  return hit.turn.begin + ((hit.turn.end - hit.turn.begin) * hit.from) / whole;
}

/** @param {string} name @param {Hit[]} hits */
function highlight(name, hits) {
  if (!("highlights" in CSS)) return;
  const marked = new Highlight();
  for (const hit of hits) marked.add(rangeOf(hit));
  marked.priority = name === "here" ? 1 : 0;
  CSS.highlights.set(name, marked);
}

function runSearch() {
  const wanted = fold(query.value.trim().replace(/\s+/g, " ")).text;
  found.hits = wanted ? search(wanted) : [];
  found.here = -1;
  highlight("hit", found.hits);
  highlight("here", []);
  markMoments(found.hits.map(momentOf));
  button("previous").hidden = button("next").hidden = !found.hits.length;
  showCount();
}

function showCount() {
  const { hits, here } = found;
  const many = `${hits.length.toLocaleString("en")}${hits.length === MOST_HITS ? "+" : ""}`;
  const none = query.value.trim() ? "no hit" : "";
  const place = here < 0 ? `${many} ${hits.length === 1 ? "hit" : "hits"}` : `${here + 1} of ${many}`;
  element("hits").textContent = hits.length ? place : none;
}

/** Goes to another hit: from the last one, or at first from the moment that the page shows. @param {number} step */
function stepHit(step) {
  const { hits } = found;
  if (!hits.length) return;
  if (found.here < 0) {
    const next = hits.findIndex((hit) => hit.turn.begin >= (state.turn?.begin ?? 0));
    found.here = step > 0 ? Math.max(next, 0) : (next <= 0 ? hits.length : next) - 1;
  } else {
    found.here = (found.here + step + hits.length) % hits.length;
  }
  const hit = hits[found.here];
  reveal(hit.turn);
  highlight("here", [hit]);
  showCount();
  seek(momentOf(hit), hit.turn);
  requestAnimationFrame(() => bringHitIntoSight(hit));
}

function clearSearch() {
  query.value = "";
  runSearch();
}

/** The search waits for a pause, since every letter of a word would find too much. */
const PAUSE = 80;
let searchTimer = 0;
let searched = "";

/** Searches now if the field has changed. */
function searchNow() {
  window.clearTimeout(searchTimer);
  if (query.value === searched) return;
  searched = query.value;
  runSearch();
}

query.addEventListener("input", () => {
  window.clearTimeout(searchTimer);
  searchTimer = window.setTimeout(searchNow, PAUSE);
});
query.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter") {
    searchNow();
    stepHit(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    query.value = "";
    searchNow();
    query.blur();
  }
});
button("next").addEventListener("click", () => stepHit(1));
button("previous").addEventListener("click", () => stepHit(-1));
