"""Every time-out of a visit, in seconds, each with the reason for its value."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Timeouts(BaseModel):
    """How long things last. The bounds keep a slip of the pen from locking residents out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # EN 301 549 / WCAG 2.2.1: warn, and give at least 20 s to go on by one touch.
    idle: float = Field(default=60, ge=20, le=600, description="No touch: ask 'Ben je er nog?'.")
    still_there: float = Field(default=30, ge=20, le=120, description="That question not answered: the visit ends.")
    # A good card answers in 0.1 s; a dirty one, after the driver's own retry, in 3 s.
    recognise: float = Field(default=10, ge=3, le=60, description="Until the reader has said what the card is.")
    # Signature on the oldest chip about 1 s, the back end's deadline 8 s.
    sign_in: float = Field(default=20, ge=5, le=60, description="From OK on the PIN pad until signed in.")
    # Registers answer in seconds or not at all; three documents, each at most 10 s.
    order: float = Field(default=45, ge=10, le=180, description="From confirm until every document is here.")
    # The slot is not motorised: three reminders, then the kiosk gives up asking.
    take_card: float = Field(
        default=20, ge=10, le=120, description="Between two reminders to take the card."
    )
    # Refilling a tray takes a member of staff about a minute and a half, when there is one.
    paper_wait: float = Field(default=120, ge=20, le=600, description="The printer waits for a hand: then cancelled.")
    # Slowest supported printer: 20 s to warm up and 4 s a sheet; past that its answer is not to be had.
    print_silence: float = Field(default=60, ge=10, le=600, description="No news of a job: its end is unknown.")
    # The worker ends each job by the two above; this net is for a worker that does not answer any more.
    print_net: float = Field(default=240, ge=60, le=1800, description="No news from the print worker itself.")
    # Paper forgotten: long enough to gather papers, short enough that nobody else finds them.
    take_paper: float = Field(default=30, ge=15, le=300, description="'Heb je je document?' unanswered.")
    notice: float = Field(default=30, ge=10, le=300, description="How long a notice stands before the portal returns.")
    goodbye: float = Field(default=5, ge=2, le=30, description="How long the goodbye stands.")
