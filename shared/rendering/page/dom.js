// What every page uses: elements, messages, the clipboard, times of day.

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));
/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
/** @param {string} id */
const dialog = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

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
 * Puts a message above the page's content; an earlier one of the same kind goes.
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

/** @param {string} tag @param {string} text */
function made(tag, text, className = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

/** @param {string} text @param {string} done What is said afterwards. */
async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyBySelection(text)) return tell("The browser refused to copy");
  }
  return tell(done);
}

/**
 * Copies as browsers did before they had a clipboard for pages, or where they keep it from a page.
 * @param {string} text
 */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

/** How long ago a moment was: `45 s`, `12 min`, `3 h`, `5 d`, as the server writes it. @param {number} milliseconds */
function age(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Times of day in the reader's own zone, and ages. @param {Document} root */
function localTimes(root = document, now = Date.now()) {
  const format = new Intl.DateTimeFormat(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  for (const time of root.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const isAge = time.classList.contains("age");
    time.title = isAge ? format.format(moment) : time.dateTime;
    time.textContent = isAge ? age(now - moment.getTime()) : format.format(moment);
  }
}
