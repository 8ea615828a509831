"""Every time-out of a visit, in seconds, each with the reason for its value."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

# What a job takes beyond its waits (printing.job): 50 pages of 4 s on the slowest printer; coming to a stop.
LONGEST_DOCUMENT = 200.0
STOPPING = 10.0


class Timeouts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long things last. The bounds keep a slip of the pen from locking residents out."""

    # EN 301 549 / WCAG 2.2.1: warn, and give at least 20 s to go on by one touch.
    idle: Annotated[float, Meta(ge=20, le=600, description="No touch: ask 'Ben je er nog?'.")] = 60
    still_there: Annotated[float, Meta(ge=20, le=120, description="That question not answered: the visit ends.")] = 30
    # A good card answers in 0.1 s; a dirty one, after the driver's own retry, in 3 s.
    recognise: Annotated[float, Meta(ge=3, le=60, description="Until the reader has said what the card is.")] = 10
    # Signature on the oldest chip about 1 s, the back end's deadline 8 s.
    sign_in: Annotated[float, Meta(ge=5, le=60, description="From OK on the PIN pad until signed in.")] = 20
    # The reader itself gives up after 30 s without a first digit, or 30 s after the last: then it says so.
    pin_on_reader: Annotated[
        float, Meta(ge=40, le=180, description="Until a PIN is typed on the keys of the reader.")
    ] = 90
    # Registers answer in seconds or not at all; three documents, each at most 10 s.
    order: Annotated[float, Meta(ge=10, le=180, description="Card out, and a document not here yet.")] = 45
    # The slot is not motorised: three reminders, then the kiosk gives up asking.
    take_card: Annotated[float, Meta(ge=10, le=120, description="Between two reminders to take the card.")] = 20
    # Refilling a tray takes a member of staff about a minute and a half, when there is one.
    paper_wait: Annotated[float, Meta(ge=20, le=600, description="The printer waits for a hand: then cancelled.")] = 120
    # Slowest supported printer: 20 s to warm up and 4 s a sheet; past that its answer is not to be had.
    print_silence: Annotated[float, Meta(ge=10, le=600, description="No news of a job: its end is unknown.")] = 60
    # The worker ends each job by the two above; this net is for a worker that does not answer any more. It must hang
    # below them: a printer that counts no sheets may be silent for 50 pages of 4 s on top of `print_silence`.
    print_net: Annotated[float, Meta(ge=60, le=1800, description="No news from the print worker itself.")] = 300
    # Paper forgotten: long enough to gather papers, short enough that nobody else finds them.
    take_paper: Annotated[float, Meta(ge=15, le=300, description="'Heb je je document?' unanswered.")] = 30
    # Two pulses, each watched for a second, on a line that answers in a tenth of one; past that nobody answers.
    door_opening: Annotated[float, Meta(ge=8, le=60, description="Until a lock says that its door is open.")] = 15
    # A bag is out of a compartment within half a minute, with one hand too; three times, then the operator is told.
    door_open: Annotated[float, Meta(ge=15, le=300, description="Between two reminders to shut a door.")] = 30
    notice: Annotated[float, Meta(ge=10, le=300, description="How long a notice stands.")] = 30
    # A code is six digits; whoever has to look it up in an app finds a fresh one within 30 s.
    staff_code: Annotated[float, Meta(ge=20, le=300, description="Until a card of staff is followed by its code.")] = 60
    # Long enough to change a toner without touching the screen, short enough that nobody else finds it open.
    staff_idle: Annotated[float, Meta(ge=60, le=900, description="No touch in maintenance: it ends.")] = 900
    goodbye: Annotated[float, Meta(ge=2, le=30, description="How long the goodbye stands.")] = 5

    tick: ClassVar[float] = 1.0  # one second of a countdown

    def __post_init__(self) -> None:
        """Refuse a net that would catch a healthy job. Raises ValueError, in a settings file ValidationError."""
        longest = max(self.paper_wait, self.print_silence + LONGEST_DOCUMENT) + STOPPING
        if self.print_net < longest:
            raise ValueError(f"print_net is shorter than a job may take with these waits ({longest:.0f} s)")
