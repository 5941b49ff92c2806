// What stands beside the conversation: the overview, the least sure turns, the details. On a phone it is a sheet.

const side = element("side");
const tabs = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("[role=tab]")]);
/** Turns that "Show more" adds to the list. */
const PAGE = 50;

/** @param {HTMLButtonElement} tab */
function openTab(tab) {
  for (const each of tabs) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
    element(each.getAttribute("aria-controls") ?? "").hidden = each !== tab;
  }
  if (tab.id === "tab-least" && !least.shown) showLeast();
}

/** The turns by confidence, least sure first; how many are listed; which is the current one. */
const least = {
  /** @type {Turn[]} */
  turns: [],
  shown: 0,
  here: -1,
};
const leastOpen = () => tabs[1].getAttribute("aria-selected") === "true" && side.offsetParent !== null;

/** @param {Turn} turn */
const sureness = (turn) => turn.sure ?? 1;

function showLeast() {
  if (!least.turns.length)
    least.turns = turns
      .filter((turn) => turn.sure !== null && !tracks[turn.track].folded)
      .sort((one, other) => sureness(one) - sureness(other));
  element("least-note").textContent = least.turns.length
    ? "The turns that Speech was least sure of, by the mean confidence of their phrases."
    : "Speech gave no confidence for this recording.";
  const next = least.turns.slice(least.shown, least.shown + PAGE);
  element("least-list").append(...next.map((turn, index) => leastItem(turn, least.shown + index)));
  least.shown += next.length;
  element("least-more").hidden = least.shown >= least.turns.length;
}

/** @param {Turn} turn @param {number} place */
function leastItem(turn, place) {
  const [item, line, small] = [
    document.createElement("li"),
    document.createElement("button"),
    document.createElement("small"),
  ];
  line.type = "button";
  const name = made("bdi", `${clock(turn.begin, false)} ${nameOf(turn).slice(0, 40)}`);
  small.append(name, made("span", percent(turn.sure)));
  const words = made("q", textOf(turn).slice(0, 200));
  words.dir = "auto";
  line.append(small, words);
  line.addEventListener("click", () => showLeastTurn(place));
  item.append(line);
  return item;
}

/** @param {number} place */
function showLeastTurn(place) {
  const list = element("least-list").children;
  list[least.here]?.firstElementChild?.removeAttribute("aria-current");
  least.here = between(place, 0, least.shown - 1);
  const item = list[least.here];
  item?.firstElementChild?.setAttribute("aria-current", "true");
  item?.scrollIntoView({ block: "nearest", behavior: "instant" });
  if (least.turns[least.here]) seek(least.turns[least.here].begin, least.turns[least.here]);
}

/** @param {boolean} open */
function openSide(open) {
  side.classList.toggle("open", open);
  button("open-side").setAttribute("aria-expanded", String(open));
  if (open) side.focus();
  else button("open-side").focus();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => openTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    openTab(next);
    next.focus();
  });
}
button("least-more").addEventListener("click", showLeast);
button("open-side").addEventListener("click", () => openSide(!side.classList.contains("open")));
button("close-side").addEventListener("click", () => openSide(false));
side.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && side.classList.contains("open")) openSide(false);
});
localTimes();
