// Brings a served page up to date in place. Focus, scrolling and what a person typed stay.

/** The page as the server writes it now. */
async function written() {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = Date.now(); // for both, so that rows differ only if more than their age does
  localTimes(fresh, now);
  localTimes(document, now);
  return fresh;
}

/** What has the focus, so that it can be found in new content. */
function focused() {
  const node = document.activeElement;
  if (node instanceof HTMLAnchorElement) return `a[href="${CSS.escape(node.getAttribute("href") ?? "")}"]`;
  const copied = node instanceof HTMLElement ? node.dataset.copy : undefined;
  return copied === undefined ? null : `[data-copy="${CSS.escape(copied)}"]`;
}

/**
 * Makes the children of an element those of another one. A child stays untouched if nothing of it changed. If rows with
 * a key changed in it, only these are replaced.
 * @param {Element} old
 * @param {Element} fresh
 */
function replaceChildren(old, fresh) {
  const known = new Map([...old.children].map((child, place) => [keyOf(child, place), child]));
  let place = old.firstElementChild;
  [...fresh.children].forEach((child, number) => {
    const before = known.get(keyOf(child, number));
    known.delete(keyOf(child, number));
    const kept = before ? renewed(before, child) : document.importNode(child, true);
    if (before === place) place = place?.nextElementSibling ?? null;
    if (kept !== before) before?.replaceWith(kept);
    if (kept.nextElementSibling !== place || kept.parentElement !== old) old.insertBefore(kept, place);
  });
  for (const gone of known.values()) gone.remove();
  if (!fresh.children.length) old.textContent = fresh.textContent;
}

/** @param {Element} child @param {number} place */
const keyOf = (child, place) => /** @type {HTMLElement} */ (child).dataset.key ?? `${child.tagName}${place}`;

/** The element as it is now: the old one if it can stay, else a new one. @param {Element} old @param {Element} fresh */
function renewed(old, fresh) {
  if (same(old, fresh)) return old;
  if (old.tagName !== fresh.tagName || !fresh.querySelector("[data-key]")) return document.importNode(fresh, true);
  replaceChildren(old, fresh);
  return old;
}

/**
 * Whether two elements show the same. The filter and `localTimes` change elements, of which the server knows nothing.
 * @param {Element} old
 * @param {Element} fresh
 */
function same(old, fresh) {
  const shown = /** @type {HTMLElement} */ (old.cloneNode(true));
  shown.hidden = false;
  showScripted(shown);
  showScripted(fresh);
  return shown.isEqualNode(fresh);
}

/** Controls that need the script are hidden without it. @param {ParentNode} root */
function showScripted(root) {
  for (const part of root.querySelectorAll(".scripts")) /** @type {HTMLElement} */ (part).hidden = false;
}

whenChanged.push(async (said) => {
  const fresh = await written();
  const had = focused();
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other) replaceChildren(part, other);
  }
  showScripted(document);
  document.title = fresh.title;
  Object.assign(said, JSON.parse(fresh.getElementById("live")?.textContent ?? "{}"));
  filterRows();
  if (had && document.activeElement === document.body)
    /** @type {HTMLElement | null} */ (document.querySelector(had))?.focus({ preventScroll: true });
});

// Rows that contain what a person types, without case and accents.
function filterRows() {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById("filter"));
  if (!input) return;
  const wanted = fold(input.value.trim()).text;
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("tbody tr[data-key]")]);
  for (const row of rows) row.hidden = !fold(row.textContent ?? "").text.includes(wanted);
  const left = rows.filter((row) => !row.hidden).length;
  element("filtered").textContent = wanted ? `${left} of ${rows.length}` : "";
}

document.getElementById("filter")?.addEventListener("input", filterRows);
document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (pressed instanceof HTMLElement) copy(pressed.dataset.copy ?? "", "Command copied");
});
localTimes();
filterRows();
window.setInterval(() => localTimes(), 30_000);
showScripted(document);
