// Who speaks when: a lane for each track. What is drawn is a path, so colours come from the style sheet.

/** @typedef {[number, number]} Span From and to, in seconds. */

const SVG = "http://www.w3.org/2000/svg";
const chart = element("chart");
const scrub = element("scrub");

/** @param {string} name @param {Record<string, string>} attributes */
function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The times of each track's turns, in order. @type {Span[][]} */
const spans = tracks.map(() => []);
for (const turn of turns) spans[turn.track].push([turn.begin, Math.max(turn.end, turn.begin)]);

/**
 * The times in which two or more tracks talk. Folded channels repeat another, so they are left out.
 * @returns {Span[]}
 */
function together() {
  /** @type {[number, number][]} */
  const events = [];
  spans.forEach((track, index) => {
    if (!tracks[index].folded) for (const [from, to] of joined(track)) events.push([from, 1], [to, -1]);
  });
  events.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  /** @type {Span[]} */
  const found = [];
  let talking = 0,
    since = 0;
  for (const [at, change] of events) {
    if (talking >= 2 && at > since) found.push([since, at]);
    talking += change;
    since = at;
  }
  return joined(found);
}

/** Joins spans, in order of their begin, that touch or overlap. @param {Span[]} track @returns {Span[]} */
function joined(track) {
  /** @type {Span[]} */
  const found = [];
  for (const [from, to] of track) {
    const last = found[found.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/**
 * The parts of `track` that lie in `others`; both are in order, and neither overlaps itself.
 * @param {Span[]} track
 * @param {Span[]} others
 */
function common(track, others) {
  /** @type {Span[]} */
  const found = [];
  let place = 0;
  for (const [from, to] of track) {
    while (place < others.length && others[place][1] <= from) place += 1;
    for (let next = place; next < others.length && others[next][0] < to; next += 1) {
      found.push([Math.max(from, others[next][0]), Math.min(to, others[next][1])]);
    }
  }
  return found;
}

const overlap = together();

/**
 * The path of a lane's bars. Bars that would lie in the same pixel become one.
 * @param {Span[]} track
 * @param {number} width
 * @param {number} top
 * @param {number} bottom
 */
function bars(track, width, top, bottom) {
  const scale = width / duration;
  let path = "",
    from = -1,
    to = -1;
  const close = () => {
    if (to >= 0)
      path += `M${from.toFixed(1)} ${top}H${Math.max(to, from + 1).toFixed(1)}V${bottom}H${from.toFixed(1)}Z`;
  };
  for (const span of track) {
    const [left, right] = [span[0] * scale, span[1] * scale];
    if (to >= 0 && left - to < 1) {
      to = Math.max(to, right);
      continue;
    }
    close();
    [from, to] = [left, right];
  }
  close();
  return path;
}

/** @param {HTMLElement} lane @param {number} index @param {number} width */
function drawLane(lane, index, width) {
  const height = lane.clientHeight;
  const track = joined(spans[index]);
  const hatch = `hatch${index}`;
  const pattern = svg("pattern", {
    id: hatch,
    width: "6",
    height: "6",
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(25)",
  });
  pattern.append(svg("rect", { width: "6", height: "6" }), svg("path", { d: "M2 0V6" }));
  const over = svg("path", {
    class: "over",
    d: tracks[index].folded ? "" : bars(common(track, overlap), width, 3, height - 3),
  });
  over.setAttribute("fill", `url(#${hatch})`);
  const picture = svg("svg", { "aria-hidden": "true", focusable: "false" });
  picture.append(pattern, svg("path", { d: bars(track, width, 3, height - 3) }), over);
  lane.replaceChildren(picture);
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/** Labels of round times, at least 64 pixels apart. @param {number} width */
function drawRuler(width) {
  const step =
    STEPS.find((each) => (each / duration) * width >= 64) ?? Math.ceil((64 * duration) / width / 3600) * 3600;
  /** @type {Node[]} */
  const labels = [];
  for (let at = 0; (at / duration) * width < width - 36; at += step) {
    const label = document.createElement("span");
    label.textContent = clock(at, false);
    label.style.left = `${(at / duration) * 100}%`;
    labels.push(label);
  }
  const ticks = svg("svg", { "aria-hidden": "true", id: "ticks" });
  ticks.append(svg("path", {}));
  element("ruler").replaceChildren(...labels, ticks);
  drawTicks();
}

/** Moments to mark below the lanes, in seconds. @type {number[]} */
let marks = [];

/** Marks moments below the lanes, such as hits of the search. @param {number[]} moments */
function markMoments(moments) {
  marks = moments;
  drawTicks();
}

function drawTicks() {
  const scale = chart.clientWidth / duration;
  const places = new Set(marks.map((moment) => Math.round(moment * scale)));
  element("ticks")?.firstElementChild?.setAttribute("d", Array.from(places, (place) => `M${place} 0V8`).join(""));
}

function drawLanes() {
  const width = chart.clientWidth;
  if (!width) return;
  chart.querySelectorAll(".lane").forEach((lane, index) => drawLane(/** @type {HTMLElement} */ (lane), index, width));
  drawRuler(width);
}

element("deck").hidden = false;
new ResizeObserver(oncePerFrame(drawLanes)).observe(chart);
drawLanes();
