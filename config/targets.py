"""Where each layer of a kiosk's settings stands in the signed repository; the kiosk asks there, and nowhere else."""

from __future__ import annotations

from config.merge import Layer

FLEET = "fleet.toml"
# A town in the repository: short, and never the name of one of the repository's own roles (fleet.roles).
TENANT = r"[a-z0-9]{2,32}"


def group(town: str) -> str:
    """Name the role that says who signs for a town: one for all that begin alike, so no kiosk fetches every town's."""
    return f"towns-{town[0]}"


def tenant(name: str) -> str:
    """Give where the settings of a whole town stand."""
    return f"{name}/tenant.toml"


def site(town: str, name: str) -> str:
    """Give where the settings of one building stand."""
    return f"{town}/site-{name}.toml"


def kiosk(town: str, number: str) -> str:
    """Give where the settings of one kiosk stand."""
    return f"{town}/kiosk-{number}.toml"


def daily(town: str) -> str:
    """Give where the daily content of a town stands; another role signs it."""
    return f"{town}/daily/content.toml"


def owner(path: str) -> str:
    """Name whose settings stand in a place: a town's, or the whole fleet's."""
    return "fleet" if path == FLEET else path.partition("/")[0]


def ahead(path: str) -> str:
    """Give where a layer stands as it will be, while a change of it goes round."""
    return f"{owner(path)}/next/{path.rpartition('/')[2]}"


def change(whose: str) -> str:
    """Give where it stands which change those are; whoever signs them, signs this too."""
    return f"{whose}/next/change.toml"


def stage(whose: str) -> str:
    """Give where it stands how far that change has come; another role signs it."""
    return f"{whose}/rollout/stage.toml"


def layers(town: str, building: str, number: str) -> dict[Layer, str]:
    """Give where each layer of a kiosk stands. Without a building there is no such layer."""
    where = {Layer.FLEET: FLEET, Layer.TENANT: tenant(town), Layer.KIOSK: kiosk(town, number)}
    return where | ({Layer.SITE: site(town, building)} if building else {})
