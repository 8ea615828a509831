"""What only who listens is told: how to go over a screen with the keys beside it, or by touching it."""

from __future__ import annotations

from kiosk_app.touches import VoiceSwitched, VolumeTurned
from kiosk_app.visit import AskCard, Portal
from ui.screen import Choice, Role, Screen, Template
from ui.screens.scene import Scene

_SOFTEST, _LOUDEST = 0, 3


def guide(scene: Scene, screen: Screen) -> str:
    """Tell how to go on; nothing where the screen asks for nothing but a hand, or for patience."""
    hero = (screen.hero.choice,) if screen.hero is not None else ()
    if not any((*hero, *screen.rows, *screen.keys, *screen.extra, *screen.actions)):
        return ""
    overheard = ""
    if not scene.visit.voice.headset and isinstance(scene.visit.state, Portal | AskCard):
        overheard = scene.say("Zonder hoofdtelefoon hoort iedereen in de hal dit. Je naam zeggen we dan niet.")
    return " ".join(part for part in (overheard, _keys(scene, screen)) if part)


def _keys(scene: Scene, screen: Screen) -> str:
    if scene.settings.keypad is None:
        return scene.say("Tik op een knop om te horen wat er staat. Tik nog eens om te kiezen.")
    if screen.template is Template.PIN:
        return scene.say(
            "Typ je pincode op de toetsen naast het scherm. Druk daarna op de groene toets. "
            "Ken je je pincode niet? Druk dan eerst op de gele toets."
        )
    return scene.say(
        "Ga met 6 naar de volgende knop en met 4 naar de vorige. Kies met 5. Met 0 hoor je dit opnieuw. "
        "Met 7 klinkt het zachter, met 9 harder. Stoppen doe je met de rode toets."
    )


def rows(scene: Scene) -> tuple[Choice, ...]:
    """Offer to read aloud; nothing where the town has no speech."""
    if scene.settings.speech is None:
        return ()
    on = scene.visit.voice.on
    return (Choice("voice", scene.say("Voorlezen"), VoiceSwitched(not on), Role.ROW, ticked=on),)


def volume(scene: Scene) -> tuple[str, tuple[Choice, ...]]:
    """Say how loud it is, and offer to turn it up or down, while it is read aloud."""
    voice = scene.visit.voice
    if not voice.on:
        return "", ()
    up, down = voice.volume < _LOUDEST, voice.volume > _SOFTEST
    return scene.say("Volume {step} van {most}", step=voice.volume + 1, most=_LOUDEST + 1), (
        *((Choice("softer", scene.say("Zachter"), VolumeTurned(-1)),) if down else ()),
        *((Choice("louder", scene.say("Harder"), VolumeTurned(1)),) if up else ()),
    )
