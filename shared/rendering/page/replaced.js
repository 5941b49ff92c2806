// A recording that is written anew while it is read: the page says so, and leads to the new revision at the same time.

/** The moment of this page in another revision of the recording. @param {string} revision */
const momentIn = (revision) => `#t=${state.time.toFixed(1)}&rev=${revision}`;

/** @param {string} label @param {() => void} act */
function noticeButton(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

whenChanged.push(async ({ version }) => {
  notice("replaced");
  if (version === numbers.revision) return;
  if (version === "erased") {
    notice("replaced", "This recording was erased on request while you read. What you see is no longer stored.");
    element("notice-replaced").classList.add("stays");
    return;
  }
  const show = noticeButton(`Show it at ${clock(state.time, false)}`, () => {
    history.replaceState(null, "", momentIn(version));
    location.reload();
  });
  const later = noticeButton("Not now", () => {
    element("notice-replaced").classList.remove("stays");
    later.remove();
  });
  const written = `This recording was written anew while you read: revision ${version} replaces ${numbers.revision}. `;
  notice("replaced", written, show, later);
  element("notice-replaced").classList.add("stays"); // in sight, however far the reader has scrolled
  // The button's time is the moment at which it is used, which may be later.
  whenMoved.push(() => {
    show.textContent = `Show it at ${clock(state.time, false)}`;
  });
});

if (numbers.broken !== null) {
  const words = `The conversation ends here at ${clock(turns.at(-1)?.end ?? 0, false)}, and the rest is missing: ${numbers.broken} `;
  notice("broken", words, noticeButton("Read it again", () => location.reload()));
}
element("loading")?.remove();
