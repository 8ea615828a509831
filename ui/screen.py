"""What one screen says and offers: plain, frozen data that a QML template paints. No words are made here."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hardware.devices import Private
from kiosk_app.touches import Touch
from kiosk_app.visit import Drawing, Ease


class Template(StrEnum):
    """The QML file that paints a screen (`qml/Loket/<value>.qml`)."""

    PORTAL = "PortalPage"
    CARD = "CardPage"
    PIN = "PinPage"
    CHOOSE = "ChoosePage"
    TYPE = "TypePage"
    CHECK = "CheckPage"
    BUSY = "BusyPage"
    HANDS = "HandsPage"
    VIEW = "ViewPage"
    PROGRESS = "ProgressPage"
    NOTICE = "NoticePage"
    OUTCOME = "OutcomePage"
    WALL = "WallPage"
    GLASS = "GlassPage"


class Role(StrEnum):
    """What a choice is on its screen. There is at most one PRIMARY."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    ROW = "row"
    BAR = "bar"


class Mark(StrEnum):
    """The shape of a status: always beside its word, never alone."""

    NONE = ""
    OPEN = "mark-open"
    UNTIL = "mark-until"
    CLOSED = "mark-closed"
    OUT = "mark-out"
    COMING = "mark-coming"
    WARNING = "mark-warning"
    NOW = "mark-now"


class Choice(Struct, frozen=True):
    """Something to touch. `event` is what the touch posts; None is plain text in a control's place.

    A disabled choice says why in `description`. `ticked` is None where there is no box.
    """

    id: str
    label: str
    event: Touch | None
    role: Role = Role.SECONDARY
    icon: str = ""
    description: str = ""
    enabled: bool = True
    ticked: bool | None = None


class Header(Struct, frozen=True):
    """The band at the top: whose kiosk, and when it is; and how the steps of a visit are called."""

    town: str
    name: str
    time: str
    day: str
    steps: tuple[str, ...]


class Section(Struct, frozen=True):
    """A heading with a text, under a strong line; a code to write down stands large between the two."""

    title: str
    text: str
    code: str = ""


class Value(Struct, frozen=True):
    """One value of a fact."""

    text: str
    strong: bool = False


class Fact(Struct, frozen=True):
    """A row of the check list."""

    name: str
    values: tuple[Value, ...]


class Item(Struct, frozen=True):
    """What became of one document. `look` is a picture's name; `number` stands in the dashed box of one that waits."""

    title: str
    status: str
    mark: Mark
    look: str
    number: int
    active: bool = False
    detail: str = ""
    code: str = ""


class ServiceRow(Struct, frozen=True):
    """Something else in the hall, and whether it works; touching it (`choice`) leads to how it works."""

    icon: str
    name: str
    place: str
    mark: Mark
    state: str
    choice: Choice
    dashed: bool = False


class Hero(Struct, frozen=True):
    """The one thing that this kiosk does; or, dashed, why it cannot. `picture`: what the hands bring."""

    title: str
    text: str
    call: str
    choice: Choice | None
    status: str = ""
    picture: str = "card-in"


class Counter(Struct, frozen=True):
    """The counter, open or closed, and when it is open."""

    title: str
    mark: Mark
    state: str
    when: str
    hours: tuple[str, ...]


class Cell(Struct, frozen=True):
    """A door in the picture of the wall: its number, how high it is beside the others, and whether it is the one."""

    number: str
    units: int
    lit: bool = False


class Cross(Struct, frozen=True):
    """A cross to be touched in its middle: millimetres from the upper left corner of the screen."""

    x: float
    y: float


class Glass(Struct, frozen=True):
    """The whole screen in one colour ('#RRGGBB'), with nothing else; or, with a cross, in the usual one."""

    colour: str = ""
    cross: Cross | None = None


class Qr(Struct, frozen=True):
    """One QR code; there is never a second on a screen. `said` is what who listens is told of it."""

    text: str
    caption: str
    said: str


class Sheet(Private, frozen=True):
    """A page of a document, as it will be on paper. QML gets its size; its pixels go by the image provider alone.

    `clear`: out of the blur. `lower`: the lower half, where half a page is shown.
    """

    page: int
    drawing: Drawing | None
    clear: bool = False
    lower: bool = False


class Screen(Private, frozen=True):
    """One screen. Its `repr` is blank: a greeting or a check list holds somebody's name.

    `step` is 1..4 in the step line, 0 without one. `sign` is a picture before the title. `lead` are sentences, large;
    `sections` come under a line each. `typed` counts PIN digits: the digits themselves are nowhere. A name stands in
    `field` as it was typed, a code in `groups`, with "" for each sign to come; `keys` stand in so many `columns`.
    `hint` is the line that goes with the content (a count, tries left), `footer` stands right above the actions,
    `question` above an answer. `wall` has the doors of the compartments, column by column, from top to bottom.
    `glass` fills the screen from edge to edge, without header and bar.
    `turns` take the place of the lead, eight seconds each, while nobody is there.
    `said` is what is spoken to a hall instead of title and lead, where those hold a name; `guide` tells who listens how
    to go on. `ease` is how the resident asked to see it.
    """

    template: Template
    header: Header
    title: str
    lead: tuple[str, ...] = ()
    step: int = 0
    sign: str = ""
    picture: str = ""
    sections: tuple[Section, ...] = ()
    facts: tuple[Fact, ...] = ()
    items: tuple[Item, ...] = ()
    hero: Hero | None = None
    coming: tuple[ServiceRow, ...] = ()
    services: tuple[ServiceRow, ...] = ()
    subtitle: str = ""
    news: Section | None = None
    counter: Counter | None = None
    qr: Qr | None = None
    sheet: Sheet | None = None
    wall: tuple[tuple[Cell, ...], ...] = ()
    glass: Glass | None = None
    typed: int = 0
    field: str = ""
    groups: tuple[tuple[str, ...], ...] = ()
    columns: int = 0
    hint: str = ""
    warning: str = ""
    rows: tuple[Choice, ...] = ()
    keys: tuple[Choice, ...] = ()
    extra: tuple[Choice, ...] = ()
    footer: str = ""
    question: str = ""
    turns: tuple[str, ...] = ()
    actions: tuple[Choice, ...] = ()
    bar: tuple[Choice, ...] = ()
    said: str = ""
    guide: str = ""
    ease: Ease = Ease()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything that can be touched here, disabled or not (digits apart)."""
        hero = (self.hero.choice,) if self.hero is not None and self.hero.choice is not None else ()
        hall = (row.choice for row in (*self.coming, *self.services))
        return (*hero, *hall, *self.rows, *self.keys, *self.extra, *self.actions, *self.bar)
