"""Draws a soak: memory, handles and pages over the visits, one below the other, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from soaking.verdict import Soak, percentile

WIDTH, HEIGHT, LEFT, TOP = 720, 120, 60, 30
# So many pages make one point of the last curve: enough for its ninety-ninth of a hundred to mean something.
PAGES = 500
_STYLE = "font-family='sans-serif' font-size='12'"


def plot(seen: Soak) -> str:
    """Give the drawing."""
    visits = [float(look.visits) for look in seen.looks]
    pages = [percentile(seen.pages[at : at + PAGES], 99) for at in range(0, len(seen.pages), PAGES)]
    along = [seen.visits * (at + 1) / len(pages) for at in range(len(pages))]
    curves: tuple[tuple[str, list[float], list[float]], ...] = (
        ("memory, MiB", visits, [look.memory for look in seen.looks]),
        ("handles", visits, [float(look.handles) for look in seen.looks]),
        ("threads", visits, [float(look.threads) for look in seen.looks]),
        ("page after a touch, 99 in 100, ms", along, pages),
    )
    each = HEIGHT + TOP + 10
    body = [line for number, curve in enumerate(curves) for line in _curve(number * each + TOP, seen.visits, *curve)]
    whole = len(curves) * each + 10
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH + LEFT + 20} {whole}' {_STYLE}>"
    return "\n".join((head, f"<rect width='100%' height='{whole}' fill='white'/>", *body, "</svg>", ""))


def _curve(top: float, last: int, name: str, along: Sequence[float], up: Sequence[float]) -> Iterator[str]:
    """Draw one curve from nought, so that a slope looks as steep as it is."""
    most = max(up) * 1.1 or 1.0
    points = " ".join(
        f"{LEFT + WIDTH * x / last:.1f},{top + HEIGHT * (1 - y / most):.1f}" for x, y in zip(along, up, strict=True)
    )
    bottom = top + HEIGHT
    yield f"<text x='{LEFT}' y='{top - 8}'>{name}</text>"
    yield f"<path d='M{LEFT},{top} V{bottom} H{LEFT + WIDTH}' fill='none' stroke='#888'/>"
    yield f"<text x='{LEFT - 6}' y='{top + 10}' text-anchor='end'>{most:.0f}</text>"
    yield f"<text x='{LEFT - 6}' y='{bottom}' text-anchor='end'>0</text>"
    yield f"<text x='{LEFT + WIDTH}' y='{bottom - 4}' text-anchor='end'>{last} visits</text>"
    yield f"<polyline points='{points}' fill='none' stroke='#0b5' stroke-width='1.5'/>"
