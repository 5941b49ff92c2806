// Texts without case and accents, for searches.

/**
 * Letters that Unicode does not take apart, and signs that keyboards lack, as the command line folds them too.
 * @type {Record<string, string>}
 */
const ALSO = {
  ...{ ß: "ss", ı: "i", ς: "σ", ø: "o", ł: "l", đ: "d", ħ: "h", ŧ: "t", æ: "ae", œ: "oe", "\u00ad": "" },
  ...{ "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "–": "-", "—": "-" },
};

/** Cyrillic letters that are not others with an accent. */
const LETTERS = /[йўїѓќ]/i;

/** @type {Map<string, string>} */
const foldedCharacters = new Map();

/**
 * A character without case and accents. Only accents go: other marks are letters in many scripts.
 * @param {string} character
 */
function foldCharacter(character) {
  let plain = foldedCharacters.get(character);
  if (plain === undefined) {
    const bare = LETTERS.test(character)
      ? character
      : character.normalize("NFD").replace(/[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f]/g, "");
    plain = bare.normalize("NFKC").toLowerCase();
    plain = ALSO[plain] ?? plain;
    foldedCharacters.set(character, plain);
  }
  return plain;
}

/** Folds a text. `places` maps each code unit to where it comes from; null if nothing moved. @param {string} text */
function fold(text) {
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return { text: text.toLowerCase(), places: null };
  let plain = "",
    place = 0;
  /** @type {number[]} */
  const places = [];
  for (const character of text) {
    const piece = foldCharacter(character);
    for (let unit = 0; unit < piece.length; unit += 1) places.push(place);
    plain += piece;
    place += character.length;
  }
  places.push(place);
  return { text: plain, places };
}
