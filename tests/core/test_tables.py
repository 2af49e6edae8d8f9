"""Tables read strictly and written harmless."""

import io

import pytest

from core.tables import LONGEST_CELL, CannotRead, cleaned, harmless, rows, to_csv


KNOWN = ("Nom", "Prénom")


def read(content, **options):
    raw = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    return [row.cells for row in rows(raw, KNOWN, {"Nom"}, **options)]


@pytest.mark.parametrize("separator", [";", ",", "|", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends(separator, mark, end):
    lines = [f"nom{separator}PRENOM", f"Durand{separator}Élise", "", f"Petit{separator}"]

    found = read(mark + end.join(lines))

    assert found == [{"Nom": "Durand", "Prénom": "Élise"}, {"Nom": "Petit", "Prénom": ""}]


def test_quotes_hold_separators_and_line_ends():
    assert read('nom;prénom\n"Du;rand";"Anne\nMarie"\n') == [
        {"Nom": "Du;rand", "Prénom": "Anne Marie"}
    ]


def test_a_row_knows_its_line():
    raw = io.BytesIO(b'nom\nA\n\n"B\nC"\n')

    assert [row.line for row in rows(raw, KNOWN)] == [2, 5]


def test_columns_that_are_not_known_pass():
    assert read("autre;nom\nx;Durand\n") == [{"Nom": "Durand"}]


def test_a_file_without_headings_is_read_in_order():
    text = "entete;2026\nligne;Durand\nautre;Petit\nligne;Martin\n"
    raw = io.BytesIO(text.encode())

    found = rows(raw, ("section", "Nom"), {"Nom"}, without_headings="ligne")

    assert [row.get("Nom") for row in found] == ["Durand", "Martin"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "vide"),
        (b"\n", "vide"),
        ("nom\nBén\u00e9dicte\n".encode("latin-1"), "UTF-8"),
        ("nom\nDurand".encode("utf-16"), "UTF-16"),
        (b"nom\0\n", "pas un texte"),
        (b"PK\x03\x04", "pas un texte"),
        ("prénom\nAnne\n", "Colonne absente du fichier\u202f: Nom"),
        ("nom;Nom\na;b\n", "deux fois"),
        (";" * 300 + "\n", "200 colonnes"),
        ('nom\n"Durand', "guillemets"),
        ("nom\n" + "x" * (LONGEST_CELL + 1), "dépasse 2000 caractères"),
        ("nom\n" + "x" * (LONGEST_CELL * 5), "trop longue"),
    ],
)
def test_what_is_no_table_is_refused(content, message):
    with pytest.raises(CannotRead, match=message):
        read(content)


def test_a_file_of_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr("core.tables.MOST_ROWS", 2)

    with pytest.raises(CannotRead, match="dépasse 2 lignes"):
        read("nom\na\nb\nc\n")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("@SOMME", "'@SOMME"),
        ("-5", "-5"),
        ("-2,5", "-2,5"),
        ("-cmd", "'-cmd"),
        ("\t=1", "'\t=1"),
        ("d’Anne", "d’Anne"),
        (None, ""),
        (12, "12"),
    ],
)
def test_no_cell_is_a_formula(value, written):
    assert harmless(value) == written


@pytest.mark.parametrize("value", ["=1+1", "+33 1", "-cmd|' /C calc'!A0", "Durand", "'tHooft"])
def test_what_was_neutralised_is_read_back_as_it_was(value):
    assert cleaned(harmless(value)) == value


def test_hidden_characters_leave_the_cell():
    assert cleaned("Du\u202erand\u200b \u00a0 Anne\x07") == "Du rand Anne"


def test_a_table_opens_in_a_french_spreadsheet():
    written = to_csv(["a", "b"], [["=x", "é;è"], [1, None]])

    assert written == '\ufeffa;b\r\n\'=x;"é;è"\r\n1;\r\n'.encode()
