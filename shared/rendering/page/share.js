// Links to a moment, and quotes.

/** The fragment of a moment, or of a range, of this revision. @param {number} from @param {number} [to] */
function fragment(from, to) {
  const range = to === undefined ? "" : `,${to.toFixed(1)}`;
  return `#t=${(Math.floor(from * 10 + 1e-6) / 10).toFixed(1)}${range}&rev=${numbers.revision}`;
}

/** Keeps the moment in the address, so that a reload comes back to it. */
function rememberPlace() {
  history.replaceState(null, "", fragment(state.time));
}

/** Goes where the address leads. A range is `t=843.2,901`. */
function followAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const revision = wanted.get("rev");
  const times = (wanted.get("t") ?? "").split(",").map(parseTime);
  if (revision && revision !== numbers.revision) {
    notice(
      "revision",
      `This link is to revision ${revision.slice(0, 40)}, which was replaced. The page shows revision ${numbers.revision}: texts and turns may differ.`,
    );
  } else {
    notice("revision");
  }
  if (!Number.isFinite(times[0])) return;
  revealMoment(times[0]);
  if (Number.isFinite(times[1])) select([times[0], times[1]]);
  seek(times[0]);
}

/** Unfolds the channel of a turn that alone holds a moment. @param {number} time */
function revealMoment(time) {
  const here = turns.filter((turn) => turn.begin <= time && turn.end > time);
  if (here.length && !here.some(shown)) reveal(here[0]);
}

/** @param {string} fragment */
const linkTo = (fragment) => location.href.split("#")[0] + fragment;

/** The command that opens this page where the quote was said. @param {number} time */
const openCommand = (time) =>
  `speech2cosmos open ${numbers.job} ${numbers.file} --at ${clock(time)} --rev ${numbers.revision}`;

/** A turn to be quoted elsewhere. @param {Turn} turn */
function quote(turn) {
  return `“${textOf(turn)}”\n— ${nameOf(turn)}, ${clock(turn.begin, false)}, ${numbers.title}\n${openCommand(turn.begin)}\n`;
}

/** The turns of a range as text. @param {Span} range */
function quoteRange(range) {
  const lines = turnsOf(range).map((turn) => `${clock(turn.begin, false)} ${nameOf(turn)}: ${textOf(turn)}`);
  return `${lines.join("\n")}\n— ${numbers.title}, ${clock(range[0], false)} to ${clock(range[1], false)}\n${openCommand(range[0])}\n`;
}

button("copy-quote").addEventListener("click", () => copy(quote(toolsTurn()), "Quote copied"));
button("link-turn").addEventListener("click", () => copy(linkTo(fragment(toolsTurn().begin)), "Link copied"));
button("copy-link").addEventListener("click", () =>
  copy(linkTo(fragment(state.time)), `Link to ${clock(state.time)} copied`),
);
button("copy-range").addEventListener("click", () => state.range && copy(quoteRange(state.range), "Text copied"));
button("link-range").addEventListener(
  "click",
  () => state.range && copy(linkTo(fragment(...state.range)), "Link copied"),
);
button("clear-range").addEventListener("click", () => select(null));
addEventListener("hashchange", followAddress);
