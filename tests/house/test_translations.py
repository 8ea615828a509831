"""The check on translations bites: each rule is broken in a small project, and the check says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks import texts

SCREEN = """
def screen(scene, n):
    scene.say("Neem {wat}.", wat="je kaart")
    return f"{scene.plural('{n} blad', '{n} bladen', n)} {scene.say(_LATER)}"
_LATER = mark("Tot straks")
"""
FAULTS = """FAULTS = {1: Fault("Het papier is op", "Vraag het aan de balie.", ("Vul de lade.",), 2)}\n"""
ENGLISH = {
    "Neem {wat}.": "Take {wat}.",
    "{n} blad": "{n} sheet",
    "{n} bladen": "{n} sheets",
    "Tot straks": "See you soon",
    "Het papier is op": "The paper has run out",
    "Vraag het aan de balie.": "Ask at the counter.",
    "Vul de lade.": "Fill the tray.",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one screen and one fault, with a complete catalogue."""
    (tmp_path / "ui" / "locale" / "en").mkdir(parents=True)
    (tmp_path / "hardware").mkdir()
    (tmp_path / "ui" / "screen.py").write_text(SCREEN)
    (tmp_path / "hardware" / "faults.py").write_text(FAULTS)
    texts.update(tmp_path, "en")
    translate(tmp_path)
    texts.update(tmp_path, "en")
    return tmp_path


def catalogue(project: Path) -> Path:
    return project / "ui" / "locale" / "en" / "LC_MESSAGES" / "loket.po"


def translate(project: Path) -> None:
    """Fill in every text, as a translator does: in the file."""
    lines, ids = [], [""]
    for line in catalogue(project).read_text().splitlines():
        key, _, text = line.partition(" ")
        ids = [*ids[-1:], text.strip('"')] if key.startswith("msgid") else ids
        form = 0 if key == "msgstr[0]" else -1
        lines.append(f'{key} "{ENGLISH[ids[form]]}"' if key.startswith("msgstr") and ids[-1] else line)
    catalogue(project).write_text("\n".join(lines) + "\n")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def complaint(project: Path) -> str:
    """The one thing that the check finds."""
    (found,) = texts.complete(project)
    return found


def test_a_complete_catalogue_passes_and_holds_the_steps_too(project: Path) -> None:
    assert texts.complete(project) == []
    said = catalogue(project).read_text()
    assert all(text in said for text in ENGLISH)


def test_bringing_it_up_to_date_changes_nothing_where_nothing_changed(project: Path) -> None:
    before = [path.read_bytes() for path in sorted(project.rglob("loket.*"))]
    assert texts.update(project, "en") == 0
    assert [path.read_bytes() for path in sorted(project.rglob("loket.*"))] == before


def test_a_text_that_no_catalogue_has_is_found_and_then_has_to_be_translated(project: Path) -> None:
    change(project / "ui" / "screen.py", "Tot straks", "Tot morgen")
    assert any("lacks a text" in said and "Tot morgen" in said for said in texts.complete(project))
    assert any("nobody says this" in said and "Tot straks" in said for said in texts.complete(project))
    assert texts.update(project, "en") == 1
    assert "not translated: Tot morgen" in complaint(project)


def test_a_text_of_a_fault_is_looked_for_too(project: Path) -> None:
    change(project / "hardware" / "faults.py", "aan de balie", "aan het loket")
    assert any("Vraag het aan het loket." in said for said in texts.complete(project))


@pytest.mark.parametrize("old", ["Take {wat}.", "{n} sheets"])
def test_other_parts_in_braces_are_found(project: Path, old: str) -> None:
    change(catalogue(project), old, old.replace("{", "{x"))
    texts.update(project, "en")
    assert "other parts" in complaint(project)


def test_an_unsure_translation_stays_unsure_and_is_found(project: Path) -> None:
    change(catalogue(project), 'msgid "Tot straks"', '# To be asked\n#, fuzzy\nmsgid "Tot straks"')
    texts.update(project, "en")
    assert "# To be asked" in catalogue(project).read_text()
    assert "fuzzy" in complaint(project)


def test_a_catalogue_that_was_not_compiled_is_found(project: Path) -> None:
    change(catalogue(project), "See you soon", "See you later")
    assert "loket.mo: is not what the catalogue says" in complaint(project)


@pytest.mark.parametrize("spoilt", ['f"Neem {wat}."', '"Neem " + wat', '"Neem" if wat else "Laat"'])
def test_a_text_that_is_put_together_before_it_is_said_is_refused(project: Path, spoilt: str) -> None:
    (project / "ui" / "other.py").write_text(f"scene.say({spoilt})\n")
    assert "ui/other.py:1" in complaint(project)


# --- Dutch that says u ------------------------------------------------------------------------------------------------


@pytest.fixture
def polite(project: Path) -> Path:
    """A project that says je in one place, with a catalogue for who says u."""
    change(project / "ui" / "screen.py", "Tot straks", "Dag, tot je terugkomt")
    change(catalogue(project), "Tot straks", "Dag, tot je terugkomt")
    texts.update(project, "en")
    (project / "ui" / "locale" / "nl@u").mkdir()
    assert texts.update(project, "nl@u") == 1
    return project


def u_form(project: Path) -> Path:
    return project / "ui" / "locale" / "nl@u" / "LC_MESSAGES" / "loket.po"


def says(project: Path, text: str) -> None:
    change(
        u_form(project), 'msgid "Dag, tot je terugkomt"\nmsgstr ""', f'msgid "Dag, tot je terugkomt"\nmsgstr "{text}"'
    )
    texts.update(project, "nl@u")


def test_the_catalogue_of_u_holds_what_says_je_and_nothing_else(polite: Path) -> None:
    assert "not translated: Dag, tot je terugkomt" in complaint(polite)
    says(polite, "Dag, tot u terugkomt")
    assert texts.complete(polite) == []
    assert u_form(polite).read_text().count("msgid") == 2  # its header, and one text


def test_a_je_that_stayed_in_the_catalogue_of_u_is_found(polite: Path) -> None:
    says(polite, "Dag, tot je weerkomt")
    assert "nl@u/LC_MESSAGES/loket.po: says je" in complaint(polite)


def test_a_text_in_the_code_that_says_u_is_found(project: Path) -> None:
    (project / "ui" / "key.py").write_text('scene.say("U")\n')
    change(project / "ui" / "screen.py", "Tot straks", "Tot u terugkomt")
    assert any("and u here: Tot u terugkomt" in said for said in texts.complete(project))
    assert not any("and u here: U" in said for said in texts.complete(project))
