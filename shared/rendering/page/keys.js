// Keys of one character. None fires in a field or with Ctrl, Alt or Meta, and the help switches them off.

const KEYS_OFF = "speech2cosmos.keysOff";

/** Controls that use characters themselves. @param {EventTarget | null} target */
const takesText = (target) =>
  target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
/** Controls that space operates. @param {EventTarget | null} target */
const isControl = (target) =>
  target instanceof Element && target.closest("button, a, input, select, summary, [role=slider]") !== null;
const dialogOpen = () => document.querySelector("dialog[open]") !== null;

/** @type {Record<string, () => void>} */
const keys = {
  j: () => seek(state.time - 10),
  l: () => seek(state.time + 10),
  "/": () => {
    query.focus();
    query.select();
  },
  n: () => stepList(1),
  N: () => stepList(-1),
  g: () => openGo(),
  f: () => setFollow(!state.follow),
  "?": () => dialog("help").showModal(),
};

/** Goes through the list that is open: the least sure turns, else the hits. @param {number} step */
function stepList(step) {
  if (leastOpen()) showLeastTurn(least.here + step);
  else stepHit(step);
}

function openGo() {
  field("go-time").value = "";
  element("go-error").textContent = "";
  dialog("go").showModal();
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  if (takesText(event.target) || dialogOpen()) return;
  if (event.key === "Escape") return select(null);
  if (!field("keys-on").checked) return;
  if (event.key === " ") {
    if (!loaded() || isControl(event.target)) return;
    event.preventDefault();
    return togglePlay();
  }
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

addEventListener("keydown", press);
dialog("go")
  .querySelector("form")
  ?.addEventListener("submit", (event) => {
    const time = parseTime(field("go-time").value);
    if (time >= 0 && time <= duration) return seek(time);
    event.preventDefault();
    element("go-error").textContent = `Write a time up to ${clock(duration)}, such as 14:03.2`;
  });
button("open-help").addEventListener("click", () => dialog("help").showModal());
field("keys-on").addEventListener("change", () => {
  // Storage may be forbidden to a file; the choice then lasts as long as the page.
  try {
    localStorage.setItem(KEYS_OFF, field("keys-on").checked ? "" : "1");
  } catch {
    /* see above */
  }
});
try {
  field("keys-on").checked = !localStorage.getItem(KEYS_OFF);
} catch {
  /* see above */
}

// All parts are there: show the page as the address has it.
document.documentElement.classList.add("scripted");
for (const part of document.querySelectorAll(".acts, .tabs")) /** @type {HTMLElement} */ (part).hidden = false;
element("details").hidden = true;
showTime(0);
followAddress();
