// The recording from the user's disk. It is played from memory of this browser, and goes nowhere.

const audio = new Audio();
audio.preload = "auto";
/** Seconds by which a recording may differ from the head's duration before that is reported. */
const DIFFERENCE = 1;
/** The chosen file, while it can be played. @type {File | null} */
let recording = null;

const playing = () => !audio.paused && !audio.ended;
const loaded = () => recording !== null && audio.readyState >= HTMLMediaElement.HAVE_METADATA;

/** @param {File} file */
function choose(file) {
  if (audio.src) URL.revokeObjectURL(audio.src);
  recording = file;
  notice("audio");
  audio.src = URL.createObjectURL(file);
}

/** A word for a shell, in single quotation marks. @param {string} text */
const quoted = (text) => `'${text.replace(/'/g, "'\\''")}'`;

audio.addEventListener("loadedmetadata", () => {
  showPlayer();
  audio.playbackRate = Number(field("speed").value);
  audio.currentTime = Math.min(state.time, audio.duration);
  button("choose").textContent = "Change recording…";
  const known = numbers.length !== null && Number.isFinite(audio.duration);
  if (known && Math.abs(audio.duration - duration) > DIFFERENCE) {
    notice(
      "audio",
      `${recording?.name} lasts ${clock(audio.duration)}, but the transcript is of a recording of ${clock(duration)}. It may be another recording.`,
    );
  } else {
    tell(`${recording?.name} is ready`);
  }
});
audio.addEventListener("error", () => {
  if (!recording) return;
  const { name } = recording;
  recording = null;
  const line = made("code", `ffmpeg -i ${quoted(name)} -c:a aac ${quoted(`${name.replace(/\.[^.]*$/, "")}.m4a`)}`);
  notice("audio", `This browser cannot play ${name}. Convert it, then choose the new file: `, line);
  showPlayer();
});

function showPlayer() {
  const play = button("play");
  play.classList.toggle("playing", playing());
  play.classList.toggle("empty", !loaded());
  play.setAttribute("aria-label", !loaded() ? "Choose the recording to play" : playing() ? "Pause" : "Play");
}

function togglePlay() {
  if (!loaded()) field("file").click();
  else if (playing()) audio.pause();
  else audio.play().catch(() => tell("The browser refused to play"));
}

/** Shows where the recording is, as long as it plays. */
function keepStep() {
  const before = state.turn;
  showTime(audio.currentTime);
  if (state.follow && state.turn && state.turn !== before) bringIntoSight(state.turn.item);
  else offerReturn();
  if (playing()) requestAnimationFrame(keepStep);
}

for (const name of ["play", "pause", "ended", "emptied"]) audio.addEventListener(name, showPlayer);
audio.addEventListener("play", keepStep);
whenMoved.push((time) => {
  if (loaded()) audio.currentTime = Math.min(time, audio.duration);
});
button("play").addEventListener("click", togglePlay);
button("choose").addEventListener("click", () => field("file").click());
field("file").addEventListener("change", () => {
  const file = field("file").files?.[0];
  if (file) choose(file);
});
field("speed").addEventListener("change", () => {
  audio.playbackRate = Number(field("speed").value);
});
// A file that is dropped anywhere would else replace the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) choose(file);
});
showPlayer();
