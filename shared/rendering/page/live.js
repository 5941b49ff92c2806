// Keeps a served page up to date. It asks for a small state again and again, and calls `whenChanged` when that changes.

/**
 * What a page knows of its state. `version` names what it shows, and `kind` which page it is. `seconds` lie between two
 * requests. A state that has `ended` is asked for only when the page is looked at again.
 * @typedef {{state: string, kind: string, version: string, seconds: number, ended: boolean}} Live
 */
/** @typedef {{kind: string, version: string, ended: boolean, state?: string}} State */

/** @type {Live} */
const live = JSON.parse(element("live").textContent ?? "");
/**
 * Called with a state of another version, of which they may put something right. Until they succeed it counts as not seen.
 * @type {((state: State) => Promise<void>)[]}
 */
const whenChanged = [];

/** After failures the pause doubles up to this many seconds. */
const LONGEST_PAUSE = 60;
/** Seconds within which a page that is looked at again asks only once. */
const RECENT = 2;

const asking = { timer: 0, now: false, failures: 0, last: -Infinity };

async function ask() {
  window.clearTimeout(asking.timer);
  if (asking.now) return;
  asking.now = true;
  asking.last = performance.now();
  try {
    await understand(await fetch(live.state, { headers: { "If-None-Match": `"${live.version}"` }, cache: "no-store" }));
  } catch {
    trouble("This page is not up to date: speech2cosmos serve does not answer.", "Start it again in your terminal.");
  } finally {
    asking.now = false;
    schedule();
  }
}

/** @param {Response} answer */
async function understand(answer) {
  if (answer.status !== 304) {
    const said = await answer.json();
    if (!answer.ok) return trouble(said.error, said.advice);
    if (said.kind !== live.kind) return location.reload();
    if (said.version !== live.version) for (const changed of whenChanged) await changed(said);
    Object.assign(live, said);
  }
  asking.failures = 0;
  notice("trouble");
}

/** @param {string} error @param {string} advice */
function trouble(error, advice) {
  asking.failures += 1;
  if (element("notice-trouble")?.dataset.error === error) return;
  notice("trouble", made("b", error), made("div", advice), made("div", "The page asks again by itself.", "soft"));
  element("notice-trouble").dataset.error = error;
}

function schedule() {
  window.clearTimeout(asking.timer);
  if (document.hidden || (live.ended && !asking.failures)) return;
  const pause = Math.min(live.seconds * 2 ** asking.failures, Math.max(LONGEST_PAUSE, live.seconds));
  asking.timer = window.setTimeout(ask, pause * 1000);
}

/** A person looks at the page again, perhaps after a command in the terminal. */
function look() {
  if (document.hidden || performance.now() - asking.last < RECENT * 1000) return;
  if (live.kind === "jobs") live.version = ""; // a list has new jobs, of which the state of its own says nothing
  ask();
}

document.addEventListener("visibilitychange", () => (document.hidden ? schedule() : look()));
addEventListener("focus", look);
schedule();
