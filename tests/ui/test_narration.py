"""What is said of a screen, to a hall and to one person alone, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from msgspec import structs

from config.settings import Keypad, Language, load
from config.speech import Speech
from hardware.devices import Applet
from hardware.sound import Outlet, Tone, Utterance
from kiosk_app.visit import AskCard, EnterCode, EnterPin, Overlay, State, Visit, Voice
from ui.narration import Narrator, announcement, of_choice, sentences
from ui.sample import EVENING, EXAMPLE, samples
from ui.screen import Choice, Screen
from ui.screens import screen_for
from ui.texts import texts_in

KEYS = structs.replace(load(EXAMPLE), speech=Speech(), keypad=Keypad(device=EXAMPLE))
GLASS = structs.replace(KEYS, keypad=None)
HALL, ALONE = Voice(on=True), Voice(on=True, headset=True)
BY_NAME = {sample.name: sample.visit for sample in samples(KEYS)}


@dataclass
class Mouth:
    """Remembers what it was given to say."""

    said: list[str] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    ticks: int = 0
    hushed: int = 0

    def speak(self, utterance: Utterance) -> None:
        self.said.append(" ".join(utterance.sentences))
        self.tones.append(utterance.tone)

    def tick(self, tone: Tone) -> None:
        self.ticks += 1
        self.tones.append(tone)

    def hush(self) -> None:
        self.hushed += 1


def screen(visit: Visit) -> Screen:
    return screen_for(visit, KEYS, EVENING)


def told(mouth: Mouth, *visits: Visit, aloud: bool = False) -> Mouth:
    narrator = Narrator(mouth, KEYS.form_of_address)
    for visit in visits:
        narrator.show(screen(visit), visit, aloud=aloud)
    return mouth


def at(state: State, voice: Voice = ALONE) -> Visit:
    return Visit(1, state, voice=voice)


def test_names_facts_and_codes_are_said_in_a_headset_and_nowhere_else() -> None:
    told = {"checking": "An Peeters", "outcome-failed-code": "4 F 7 K, 9 X Q R", "choosing": "Dag An"}
    for name, private in told.items():
        page = screen(replace(BY_NAME[name], voice=ALONE))
        assert private in " ".join(sentences(page, private=True)).replace("\N{NO-BREAK SPACE}", " ")
        for said in (sentences(page, private=False), announcement(page)):
            assert private not in " ".join(said).replace("\N{NO-BREAK SPACE}", " ")


def test_what_somebody_collects_is_said_in_a_headset_and_nowhere_else() -> None:
    for name in ("door-opening", "door-open-2", "ask-taken", "next-door"):
        page, title = screen(BY_NAME[name]), "Cadeaubon" if name == "next-door" else "Paspoort"
        assert title in " ".join(sentences(page, private=True)), name
        for said in (sentences(page, private=False), announcement(page)):
            assert title not in " ".join(said), name


def test_a_page_is_said_once_and_then_only_what_is_new() -> None:
    mouth = told(Mouth(), at(AskCard()), at(AskCard()), at(AskCard()))
    assert len(mouth.said) == 1
    assert mouth.said[0].startswith("Steek je kaart in de lezer")
    wrong = EnterPin(Applet.V1_8, 2, wrong_before=True)
    both = told(Mouth(), at(EnterPin(Applet.V1_8, 3)), at(wrong)).said
    assert both[1] == "Die code klopt niet. Je hebt nog 2 pogingen."


def test_a_digit_of_the_pin_is_a_tick_and_erasing_tells_how_many_are_left() -> None:
    pad = EnterPin(Applet.V1_8, 3)
    for voice in (ALONE, HALL):
        mouth = told(Mouth(), *(at(replace(pad, typed=n), voice) for n in (0, 1, 2, 3, 4, 3)))
        assert mouth.ticks == 4
        assert mouth.said[1:] == ["3 cijfers getypt"]
        assert {tone.outlet for tone in mouth.tones} == {Outlet.HEADSET if voice.headset else Outlet.SPEAKER}


def test_a_sign_of_a_code_is_said_in_a_headset_and_ticks_in_a_hall() -> None:
    alone, hall = (told(Mouth(), *(at(EnterCode(t), v) for t in ("", "4", "4F"))) for v in (ALONE, HALL))
    assert (alone.said[1:], alone.ticks) == (["4", "F"], 0)
    assert (hall.said[1:], hall.ticks) == ([], 2)


def test_without_anybody_who_listens_only_what_cannot_wait_is_said_to_the_hall() -> None:
    assert told(Mouth(), Visit(), Visit(1, AskCard())).said == []
    still = Visit(1, AskCard(), overlay=Overlay.STILL_THERE)
    mouth = told(Mouth(), still, aloud=True)
    assert mouth.said[0].startswith("Ben je er nog? Als je niets doet, stoppen we na 30 seconden.")
    assert mouth.tones[0].outlet is Outlet.SPEAKER
    left_in = told(Mouth(), replace(still, voice=Voice(headset=True)), aloud=True)
    assert left_in.tones[0].outlet is Outlet.SPEAKER


def test_it_falls_silent_when_nobody_listens_any_more() -> None:
    assert told(Mouth(), at(AskCard()), at(AskCard(), Voice())).hushed == 1


def test_a_choice_that_is_come_to_says_its_name_whether_it_is_ticked_and_why_it_cannot_be_had() -> None:
    dutch = texts_in(Language.NL)
    assert of_choice(Choice("a", "Attest", None, ticked=True), dutch) == ("Attest", "Aangevinkt.")
    assert of_choice(Choice("a", "Attest", None, ticked=False), dutch) == ("Attest", "Niet aangevinkt.")
    refused = Choice("a", "Attest", None, enabled=False, description="Aan de balie.")
    assert of_choice(refused, dutch) == ("Attest", "Dit kan nu niet.", "Aan de balie.")


def test_who_listens_is_told_how_to_go_on_by_keys_or_by_touch_and_who_reads_is_not() -> None:
    by_keys, by_touch = (screen_for(at(AskCard()), settings, EVENING).guide for settings in (KEYS, GLASS))
    assert "Kies met 5" in by_keys
    assert "Tik nog eens" in by_touch
    assert screen(Visit(1, AskCard())).guide == ""
    assert "groene toets" in screen(at(EnterPin(Applet.V1_8, 3))).guide
    assert screen(replace(BY_NAME["card-back-0"], voice=ALONE)).guide == ""


def test_who_cannot_see_a_qr_code_is_told_that_it_is_there_and_what_for() -> None:
    for visit in (Visit(), Visit(overlay=Overlay.HELP)):
        shown = screen(visit)
        assert shown.qr is not None
        assert f"Op het scherm staat een QR-code: {shown.qr.caption}." in sentences(shown, private=False)
    assert not any("QR" in one for one in sentences(screen(Visit(1, AskCard())), private=True))


def test_a_hall_is_told_that_everybody_hears_it() -> None:
    hall, alone = (screen(Visit(voice=voice)).guide for voice in (HALL, ALONE))
    assert "iedereen in de hal" in hall
    assert "iedereen in de hal" not in alone


def test_reading_aloud_and_its_volume_are_offered_where_the_town_has_them() -> None:
    page = [row.id for row in screen(Visit(overlay=Overlay.EASE)).rows]
    assert page == ["large", "contrast", "low", "voice"]
    on = screen(Visit(overlay=Overlay.EASE, voice=Voice(on=True, volume=3)))
    assert (on.rows[3].ticked, on.hint, [one.id for one in on.extra]) == (True, "Volume 4 van 4", ["softer"])
    without = screen_for(Visit(overlay=Overlay.EASE), load(EXAMPLE), EVENING)
    assert [row.id for row in without.rows] == ["large", "contrast", "low"]


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_screen_has_something_to_say_and_says_no_sign_that_cannot_be_said(name: str) -> None:
    said = sentences(screen(replace(BY_NAME[name], voice=ALONE)), private=True)
    assert said
    assert not [one for one in said if "~" in one or "{" in one or one.strip(" .:") == ""]
