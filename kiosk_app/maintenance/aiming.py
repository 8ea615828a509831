"""The rules of the test of the screen: what is shown next, when a touch counts, and when the panel is good enough."""

from __future__ import annotations

from msgspec import structs

from kiosk_app.maintenance.glass import CROSSES, Aiming, AskSeen, GlassPage, GlassTold, Tint, Tinted
from kiosk_app.maintenance.happenings import Happening, Landed, TestAnswered, WentOn
from kiosk_app.maintenance.wishes import KeepResult, Wish
from kiosk_app.maintenance.work import Page, Subject, Tested, Work

# Whoever aims at a cross lands some 3 mm beside it; half of the narrowest key (17 mm, a letter on the screen) is 8.5.
MOST_OFF_MM = 6.0
# What lands farther off was a sleeve, or a finger that struck twice; three in a row are the panel's own.
STRAY_MM, STRAYS = 25.0, 3

Step = tuple[Work | None, tuple[Wish, ...]]


def rules(work: Work, page: GlassPage, happening: Happening) -> Step:
    """Give what comes next; what does not fit changes nothing."""
    tints = tuple(Tint)
    match page, happening:
        case GlassTold(), WentOn():
            return _to(work, Tinted(tints[0]))
        case Tinted(tint), WentOn() if tint is not tints[-1]:
            return _to(work, Tinted(tints[tints.index(tint) + 1]))
        case Tinted(), WentOn():
            return _to(work, AskSeen())
        case AskSeen(), TestAnswered(yes):
            return _to(work, Aiming(whole=not yes))
        case Aiming(off=off, strays=strays), Landed(millimetres):
            if millimetres > STRAY_MM and strays + 1 < STRAYS:
                return _to(work, structs.replace(page, strays=strays + 1))
            if len(off) + 1 < len(CROSSES):
                return _to(work, Aiming(page.whole, (*off, millimetres)))
            return _ended(work, (*off, millimetres), whole=page.whole)
        case _:
            return work, ()


def _to(work: Work, page: Page) -> Step:
    return structs.replace(work, page=page), ()


def _ended(work: Work, off: tuple[float, ...], *, whole: bool) -> Step:
    most, mean = max(off), sum(off) / len(off)
    near = most <= MOST_OFF_MM
    figure = f"gemiddeld {_in_dutch(mean)} mm ernaast, hoogstens {_in_dutch(most)} mm"
    lines = [
        "Beeld: geen punten van een andere kleur gezien." if whole else "FOUT: het beeld heeft punten of strepen.",
        *(() if whole else ("  1. Zet het scherm uit en weer aan.", "  2. Helpt dat niet: vervang het paneel.")),
        f"Aanraken op {len(off)} plaatsen: {figure}.",
        *_too_far(off),
    ]
    if whole and near:
        lines.append("Alles in orde.")
    tested = Tested(Subject.SCREEN, whole and near, tuple(lines))
    return structs.replace(work, page=tested), (KeepResult(Subject.SCREEN, tested.well, figure),)


def _too_far(off: tuple[float, ...]) -> tuple[str, ...]:
    if max(off) <= MOST_OFF_MM:
        return ()
    across, down = CROSSES[off.index(max(off))]
    row, column = ("bovenaan", "in het midden", "onderaan"), ("links", "in het midden", "rechts")
    places = sorted({at for at, _ in CROSSES})
    where = f"{row[places.index(down)]}, {column[places.index(across)]}"
    return (
        f"FOUT: het verst ernaast {where}. Hoogstens {_in_dutch(MOST_OFF_MM)} mm is goed.",
        "  1. Maak het scherm schoon en droog, en doe de test opnieuw.",
        "  2. Helpt dat niet: kijk de aansluiting van het aanraakpaneel na en stel het opnieuw in.",
    )


def _in_dutch(millimetres: float) -> str:
    return f"{millimetres:.1f}".replace(".", ",")
