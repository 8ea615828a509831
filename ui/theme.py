"""From a town's colour and a panel's millimetres to what is painted. Refuses, with figures, what cannot be read."""

from __future__ import annotations

import math

from msgspec import Struct

from config.settings import Screen, Town

INK = "#14202A"
GROUND = "#EFF1F1"
SURFACE = "#FFFFFF"
WHITE = "#FFFFFF"
USUAL = "#0F6478"  # the accent of a town whose own cannot be read
_FIXED = {
    "ground": GROUND,
    "surface": SURFACE,
    "ink": INK,
    "white": WHITE,
    "paper": WHITE,
    "dark": INK,
    "bandText": WHITE,
    "mute": "#404D57",
    "line": "#6C7A86",
    "hair": "#CBD2D6",
    "steel": "#D3DADD",
    "attention": "#FFD400",
    "open": "#0F5C32",
    "out": "#9B1C1C",
}
# High contrast is a theme, not an inversion: one yellow for what can be done, black on it, white on black for the rest.
# Whatever stands on the accent is `white` in the one theme and black in this one; `paper` is white in both.
_CONTRAST = {
    **dict.fromkeys(("ground", "surface", "white", "dark", "steel", "tint", "band", "accentDeep"), "#000000"),
    **dict.fromkeys(("ink", "mute", "line", "hair", "open", "paper", "bandText", "ribbon"), "#FFFFFF"),
    **dict.fromkeys(("accent", "attention", "out"), "#FFE000"),
}
# Heights of type in millimetres on the glass (em); 0.668 of it is the height of a capital.
_TYPE = {"act": 21.8, "digit": 18.0, "title": 15.9, "head": 11.9, "button": 9.9, "body": 8.4, "small": 7.4}
# Larger: no capital under 7.3 mm, which is 0.7 degrees at 600 mm [EN 301 549, 5.1.4]. On its side a panel is low.
_LARGE = {"act": 25.8, "digit": 18.0, "title": 19.9, "head": 15.9, "button": 13.4, "body": 11.9, "small": 11.4}
_LARGE_AND_LOW = {"act": 21.8, "digit": 18.0, "title": 15.9, "head": 13.4, "button": 11.9, "body": 11.4, "small": 11.1}

_CHROMA_MAX = 0.13  # past it a large field of colour glares beside text
_C_STEP = 0.002  # what sRGB cannot show loses chroma, not hue
_L_STEP = 0.005
_ACCENT_ON_GROUND = 7.3  # then white on the accent is at least 8
_TOO_PALE = 0.78  # a yellow darkened until it can be read is brown: then ink does the work
_TINT_L, _TINT_C_MAX = 0.945, 0.022
_DEEPER = 0.09
# What must hold whatever the town's colour: (what, least contrast).
_LEAST = {"white/accent": 7.0, "accent/ground": 7.0, "accent/tint": 7.0, "ink/tint": 10.0}

_Triple = tuple[float, float, float]


class ThemeError(Exception):
    """The town's colour gives a screen that cannot be read; the message has the figures."""


class Accent(Struct, frozen=True):
    """The colours that come from the town's own, as '#RRGGBB'."""

    accent: str
    deep: str
    tint: str
    ribbon: str


def accent_of(town: Town) -> Accent:
    """Derive the accent from the town's colour: same hue, dark enough to read. Raises ThemeError."""
    lightness, chroma, hue = _to_oklch(town.colour)
    accent = INK if lightness > _TOO_PALE else _darkened(lightness, min(chroma, _CHROMA_MAX), hue)
    lightness, chroma, hue = _to_oklch(accent)
    tint = _from_oklch((_TINT_L, min(chroma, _TINT_C_MAX), hue))
    deep = _from_oklch((max(lightness - _DEEPER, 0.0), chroma, hue))
    _refuse_unreadable(accent, tint)
    return Accent(accent, deep, tint, (town.ribbon or town.colour).upper())


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours by the WCAG 2 formula, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def colours(town: Town) -> dict[str, str]:
    """Give every colour by its name in the theme. Raises ThemeError."""
    own = accent_of(town)
    from_town = {"accent": own.accent, "band": own.accent, "accentDeep": own.deep, "tint": own.tint}
    return {**_FIXED, **from_town, "ribbon": own.ribbon}


def high_contrast() -> dict[str, str]:
    """Give every colour by its name for whom the town's own do not differ enough: the same in each town."""
    return _CONTRAST


def px_per_mm(screen: Screen, width_px: int, height_px: int) -> float:
    """Give the pixels of one millimetre where the panel is painted `width_px` by `height_px`."""
    return min(width_px / screen.width_mm, height_px / screen.height_mm)


def type_sizes(density: float, *, large: bool = False, landscape: bool = False) -> dict[str, int]:
    """Give the size of each role of type in pixels, at `density` pixels a millimetre."""
    sizes = _TYPE if not large else _LARGE_AND_LOW if landscape else _LARGE
    return {role: round(mm * density) for role, mm in sizes.items()}


def _darkened(lightness: float, chroma: float, hue: float) -> str:
    colour = _from_oklch((lightness, chroma, hue))
    while contrast(colour, GROUND) < _ACCENT_ON_GROUND:
        lightness -= _L_STEP
        colour = _from_oklch((lightness, chroma, hue))
    return colour


def _refuse_unreadable(accent: str, tint: str) -> None:
    measured = {
        "white/accent": contrast(WHITE, accent),
        "accent/ground": contrast(accent, GROUND),
        "accent/tint": contrast(accent, tint),
        "ink/tint": contrast(INK, tint),
    }
    short = [
        f"{pair} {math.floor(100 * value) / 100} < {_LEAST[pair]:g}"
        for pair, value in measured.items()
        if value < _LEAST[pair]
    ]
    if short:
        raise ThemeError(f"accent {accent}, tint {tint}: {', '.join(short)}")


def _channels(colour: str) -> _Triple:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _linear(value: float) -> float:
    """Undo sRGB's gamma (IEC 61966-2-1, with the threshold as corrected in 2003)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _gamma(value: float) -> float:
    """Apply sRGB's gamma."""
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055  # noqa: PLR2004


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> _Triple:
    """Give lightness, chroma, hue (radians). Matrices: Björn Ottosson, 'A perceptual color space', 2020."""
    r, g, b = (_linear(value) for value in _channels(colour))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b_ = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b_), math.atan2(b_, a)


def _from_oklch(colour: _Triple) -> str:
    """Give '#RRGGBB', with less chroma where sRGB cannot show it."""
    lightness, chroma, hue = colour
    linear = _to_linear(lightness, chroma, hue)
    while chroma > 0 and not all(0 <= value <= 1 for value in linear):
        chroma = max(chroma - _C_STEP, 0.0)
        linear = _to_linear(lightness, chroma, hue)
    channels = (round(255 * _gamma(min(max(value, 0.0), 1.0))) for value in linear)
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def _to_linear(lightness: float, chroma: float, hue: float) -> _Triple:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
