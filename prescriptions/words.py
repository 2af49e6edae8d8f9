"""What a prescription says in full letters, in correct French.

CSP art. R. 5132-29: units per intake, number of intakes, strength, and number of units or volume.
The letters are made from the numbers and never typed, so that they cannot disagree.
"""

from decimal import Decimal

from core.words import in_words
from prescriptions.dosage import Step
from programmes.enums import Form, Unit


# From two on, a French noun takes its plural: «un virgule neuf millilitre».
PLURAL_FROM = 2

# Word, feminine.
_TABLET, _CAPSULE = ("comprimé", False), ("capsule", True)
_UNITS: dict[str, tuple[str, bool]] = {
    Unit.ML: ("millilitre", False),
    Unit.G: ("gramme", False),
    Unit.UNIT: ("unité", True),
}
_COUNTED: dict[str, tuple[str, bool]] = {Form.TABLET: _TABLET, Form.CAPSULE: _CAPSULE}
_PACKS: dict[str, tuple[str, bool]] = {
    Form.OIL: ("flacon", False),
    Form.FLOWER: ("boîte", True),
    Form.TABLET: ("boîte", True),
    Form.CAPSULE: ("boîte", True),
}
MILLIGRAM = ("milligramme", False)


def counted(number: Decimal | int, word: tuple[str, bool]) -> str:
    """The number in letters and its noun: «vingt et une capsules», «zéro virgule cinq gramme»."""
    noun, feminine = word
    plural = "s" if number >= PLURAL_FROM else ""
    letters = in_words(number, feminine=feminine)
    return f"{letters} {of(noun) if letters.endswith(_NEED_OF) else noun}{plural}"


# «un million de flacons».
_NEED_OF = ("million", "millions")


def of(words: str) -> str:
    """«de» before the words, elided before a vowel: «d’un millilitre», «de onze», «de huit»."""
    elided = words[:1] in "aeéèêiouy" and not words.startswith("onze")
    return f"d’{words}" if elided else f"de {words}"


def unit_word(unit: str, form: str) -> tuple[str, bool]:
    """What one unit of dose is called: a tablet and a capsule have their own noun."""
    return _COUNTED.get(form, _UNITS[unit]) if unit == Unit.UNIT else _UNITS[unit]


def unit_symbol(unit: str, form: str, number: Decimal | int = 0) -> str:
    """The same in figures: «mL», «g», «comprimés»."""
    if unit != Unit.UNIT:
        return Unit(unit).label
    noun, _ = unit_word(unit, form)
    return f"{noun}s" if number >= PLURAL_FROM else noun


def pack_word(form: str) -> str:
    """«flacon», «boîte»."""
    return _PACKS[form][0]


def quantity(number: Decimal | int, unit: str, form: str) -> str:
    """«vingt-huit millilitres», «un comprimé»."""
    return counted(number, unit_word(unit, form))


def days(number: int) -> str:
    """«vingt-huit jours»."""
    return counted(number, ("jour", False))


def times_a_day(number: int) -> str:
    """«une fois par jour», «deux fois par jour»."""
    return f"{in_words(number, feminine=True)} fois par jour"


def step(said: Step, unit: str, form: str) -> str:
    """«zéro virgule cinq millilitre par prise, deux fois par jour, pendant vingt-huit jours».

    As needed: «zéro virgule un gramme par prise, si besoin, quatre fois par jour au plus (zéro
    virgule quatre gramme par jour au plus), pendant vingt-huit jours».
    """
    often = times_a_day(said.intakes_per_day)
    if said.as_needed:
        most = quantity(said.per_day, unit, form)
        often = f"si besoin, {often} au plus ({most} par jour au plus)"
    return f"{quantity(said.dose, unit, form)} par prise, {often}, pendant {days(said.days)}"


def strength(thc_mg: Decimal, cbd_mg: Decimal, unit: str, form: str) -> str:
    """«vingt-cinq milligrammes de THC et cinquante milligrammes de CBD par millilitre»."""
    parts = [
        f"{counted(mg, MILLIGRAM)} de {name}"
        for mg, name in ((thc_mg, "THC"), (cbd_mg, "CBD"))
        if mg
    ]
    noun, _ = unit_word(unit, form)
    return f"{' et '.join(parts) or 'sans THC ni CBD'} par {noun}"


def packs(count: int, size: Decimal, unit: str, form: str) -> str:
    """«deux flacons de dix millilitres», «une boîte d’un gramme»."""
    return f"{counted(count, _PACKS[form])} {of(quantity(size, unit, form))}"


def capital(words: str) -> str:
    """The first letter as at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def signed(code: str) -> str:
    """Tell the prescriber that it is done, and what the pharmacist will ask for."""
    if not code:
        return "L’ordonnance est signée."
    return (
        f"L’ordonnance est signée. Code pour le pharmacien\u202f: {code}, à donner avec la date de "
        "naissance\u202f; il est imprimé sur le document PDF."
    )
