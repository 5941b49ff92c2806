"""Words for generated transcripts by locale: spoken (lexical) and written (ITN) forms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """The words of one locale, separated by spaces. `spoken` pairs a spoken form with its written form."""

    words: str
    spoken: tuple[tuple[str, str], ...]
    full_stop: str = "."


VOCABULARIES = {
    "en-US": Vocabulary(
        words=(
            "the a we you I they it this that have need call order account number please thanks today tomorrow "
            "delivery invoice address change check open close wait help yes no maybe because before after with "
            "without from service customer question answer line phone email ticket morning price"
        ),
        spoken=(
            ("twenty five", "25"),
            ("one hundred and six", "106"),
            ("nineteen dollars", "$19"),
            ("half past nine", "9:30"),
            ("doctor smith", "Dr. Smith"),
            ("may third", "May 3rd"),
        ),
    ),
    "de-DE": Vocabulary(
        words=(
            "der die das wir sie ich es ist hat brauchen Auftrag Konto Nummer bitte danke heute morgen Lieferung "
            "Rechnung Adresse ändern prüfen öffnen schließen warten helfen ja nein vielleicht weil vor nach mit ohne "
            "von Dienst Kundin Frage Antwort Straße Gespräch für über möglich"
        ),
        spoken=(
            ("fünfundzwanzig", "25"),
            ("hundert sechs", "106"),
            ("neunzehn Euro", "19 €"),
            ("halb zehn", "9:30"),
            ("dritter Mai", "3. Mai"),
        ),
    ),
    "hi-IN": Vocabulary(
        words=(
            "मैं आप हम यह वह है हैं था को से में पर और नहीं हाँ कृपया धन्यवाद आज कल खाता संख्या पता सेवा प्रश्न उत्तर "
            "समय बात फोन काम घर नाम दिन"
        ),
        spoken=(("पच्चीस", "25"), ("एक सौ छह", "106"), ("उन्नीस रुपये", "₹19")),
        full_stop="।",
    ),
}
