"""Staff at the compartments of a whole kiosk: PIV cards behind pcscd, boards on a line, the town's own service.

What lies where is asked of the town hall, and what opened of the boards' own list of pulses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from hardware.faults import FaultCode
from kiosk_app import events
from kiosk_app.maintenance import compartments as at
from kiosk_app.maintenance import happenings, work
from kiosk_app.visit import Notice, Portal, StaffAtWork, Visit
from simulators.counter import Counter
from simulators.wall import place
from tests.maintenance.at_kiosk import PIN, Site, is_written
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("left_as_found", "wall_as_found")


@pytest.fixture
def counter(site: Site) -> Iterator[Counter]:
    counter = site.world.counter()
    yield counter
    counter.close()


@pytest.fixture
def wall_as_found(site: Site) -> Iterator[None]:
    """Every door shut and whole, nothing behind it but what the town knows of; the town there."""
    site.world.lockers.pulses.clear()
    yield
    site.world.town_hall.start()
    for board in site.world.lockers.boards.values():
        board.dead = board.dies_at_pulse = False
        for one in board.compartments:
            one.opens_at, one.stuck, one.sensor_broken = None, False, False


def goes_to_the_doors(site: Site, name: str = "D-11", deed: at.Deed = at.Deed.PUT_IN) -> None:
    site.insert(name)
    site.page_is(work.EnterCode)
    site.code(PIN)
    if name[0] != "D":
        site.page_is(work.Menu)
        site.touch(happenings.RoomAsked(work.Room.LOCKERS))
    is_told(site)
    site.touch(happenings.DeedAsked(deed))


def is_told(site: Site, page: type = at.Shelves) -> None:
    def told(visit: Visit) -> bool:
        here = visit.state.work if isinstance(visit.state, StaffAtWork) else None
        return here is not None and isinstance(here.page, page) and here.round.shelf is not None

    site.until(told)


def proposed(site: Site) -> int:
    page = site.page_is(at.Proposal).page
    assert isinstance(page, at.Proposal)
    return page.act.compartment


def opens(site: Site) -> None:
    site.touch(happenings.OpenTouched())
    site.page_is(at.DoorStands)


def ended(site: Site) -> at.ActEnded:
    page = site.page_is(at.ActEnded).page
    assert isinstance(page, at.ActEnded)
    return page


def puts_in(site: Site, reference: str) -> int:
    """Choose it, open the door that is proposed, and lay it there; gives its number."""
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    site.world.lay(number)
    return number


def test_a_depositor_puts_something_in_and_only_then_the_town_knows(site: Site, counter: Counter) -> None:
    id_, reference = counter.register("voucher")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    assert number not in counter.lies()
    assert counter.code(id_) is None
    site.world.lay(number)
    assert ended(site).how is at.How.TOLD
    assert counter.lies()[number] == reference
    assert counter.code(id_) is not None
    assert site.world.lockers.pulses == [place(number)]
    is_written(site, ("staffEntered", "D-11"), ("staffDoorAsked", "D-11"), ("thingPutIn", "D-11"))


def test_what_is_scanned_is_chosen_also_when_it_was_registered_just_now(site: Site, counter: Counter) -> None:
    goes_to_the_doors(site, "S-01")
    _, reference = counter.register("bag")
    site.world.scanner.scan(reference.replace("-", "").lower())
    number = proposed(site)
    assert number in range(17, 21)  # a bag needs a medium one, and those within reach are kept for who asks
    site.touch(happenings.LowAsked())
    site.page_is(at.Proposal, lambda page: getattr(page, "low", False))
    assert proposed(site) in (21, 22)


def test_what_is_not_expected_opens_nothing(site: Site) -> None:
    goes_to_the_doors(site)
    for code in ("CDF-GHJ", "4F7K-9XQR", "]C1 nonsense"):
        site.world.scanner.scan(code)
        site.page_is(at.PuttingIn, lambda page: getattr(page, "unknown", False))
        site.touch(happenings.BackAsked())
        site.page_is(at.Shelves)
    assert site.world.lockers.pulses == []


def test_a_passport_needs_another_card_of_staff_and_nothing_else_is_reached_meanwhile(
    site: Site, counter: Counter
) -> None:
    _, reference = counter.register("passport", site.world.residents["an"].ssin)
    goes_to_the_doors(site, "T-03")
    site.touch(happenings.ThingChosen(reference))
    site.page_is(at.SecondCard)
    for other in ("T-03", "stranger", "ended"):
        site.changes_card(other)
        site.page_is(at.SecondCard, lambda page: getattr(page, "refused", False))
        for touch in (happenings.BackAsked(), happenings.OpenTouched(), happenings.RoomAsked(work.Room.HISTORY)):
            site.touch(touch)
    site.page_is(at.SecondCard)
    site.changes_card("D-12")
    number = proposed(site)
    opens(site)
    site.world.lay(number)
    assert ended(site).how is at.How.TOLD
    assert counter.lies()[number] == reference
    site.touch(happenings.BackAsked())
    is_told(site)
    site.touch(happenings.BackAsked())  # with another's card in the slot there is no way to the technician's rooms
    site.touch(happenings.RoomAsked(work.Room.HISTORY))
    site.touch(happenings.DeedAsked(at.Deed.CHECK))
    site.page_is(at.Checking)
    is_written(site, ("staffEntered", "T-03"), ("secondCardShown", "D-12"), ("thingPutIn", "T-03"))


def test_a_door_that_does_not_open_is_said_and_another_is_proposed(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    board, lock = place(number)
    site.world.lockers.at(board, lock).stuck = True
    site.touch(happenings.OpenTouched())
    page = ended(site)
    assert (page.how, page.fault) == (at.How.NOT_OPENED, FaultCode.DOOR_STUCK)
    assert reference not in counter.lies().values()
    site.touch(happenings.OtherAsked())
    assert proposed(site) != number


def test_a_sensor_that_saw_nothing_leaves_it_to_whoever_laid_it_there(site: Site, counter: Counter) -> None:
    """A passport is thin: the sensor's *no* is said, and who stands there says whether it lies there all the same."""
    _, reference = counter.register("papers")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    site.world.lockers.shut(*place(number))
    site.page_is(at.AskFound)
    site.touch(happenings.OpenTouched())
    site.page_is(at.DoorStands)
    site.world.lockers.shut(*place(number))
    site.page_is(at.AskFound)
    assert reference not in counter.lies().values()
    site.touch(happenings.FoundSaid(at.Found.THING))
    assert ended(site).how is at.How.TOLD
    assert counter.lies()[number] == reference


def test_the_town_gone_while_the_door_is_open_hears_it_later_once(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    site.world.town_hall.stop()
    site.world.lay(number)
    assert ended(site).how is at.How.WAITS
    site.touch(happenings.BackAsked())
    site.page_is(at.Shelves, lambda page: getattr(page, "fault", None) is not None)  # without the town nothing opens
    site.world.town_hall.start()
    site.touch(happenings.ShelvesAsked())
    is_told(site)
    assert counter.lies()[number] == reference
    assert site.world.lockers.pulses == [place(number)]


def test_the_card_pulled_beside_an_open_door_leaves_it_to_lock_and_sensor(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    site.takes_card()
    site.page_is(at.DoorStands, lambda page: getattr(page, "gone", False))
    site.world.lay(number)
    site.until(lambda visit: isinstance(visit.state, Portal))
    wait_until(lambda: counter.lies().get(number) == reference)


def test_two_touches_are_one_deposit(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    for _ in range(2):
        site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    for _ in range(2):
        site.touch(happenings.OpenTouched())
    site.page_is(at.DoorStands)
    site.world.lay(number)
    assert ended(site).how is at.How.TOLD
    site.touch(happenings.DeedAsked(at.Deed.PUT_IN))
    is_told(site, at.PuttingIn)
    site.world.scanner.scan(reference)
    site.page_is(at.PuttingIn, lambda page: getattr(page, "unknown", False))
    assert site.world.lockers.pulses == [place(number)]


def test_what_is_closed_at_the_counter_is_taken_back(site: Site, counter: Counter) -> None:
    id_, reference = counter.register("key")
    goes_to_the_doors(site)
    number = puts_in(site, reference)
    ended(site)
    counter.withdraw(id_)
    site.touch(happenings.BackAsked())
    is_told(site)
    site.touch(happenings.DeedAsked(at.Deed.TAKE_BACK))
    site.touch(happenings.PlaceChosen(number))
    assert proposed(site) == number
    opens(site)
    site.world.reach(number)
    assert ended(site).how is at.How.TOLD
    assert number not in counter.lies()
    is_written(site, ("thingPutIn", "D-11"), ("thingTakenBack", "D-11"))


def test_taking_stock_tells_the_town_what_lies_there_and_what_does_not(site: Site, counter: Counter) -> None:
    (_, gone), (_, stays) = counter.register("voucher"), counter.register("voucher")
    goes_to_the_doors(site)
    first = puts_in(site, gone)
    ended(site)
    site.touch(happenings.DeedAsked(at.Deed.PUT_IN))
    is_told(site, at.PuttingIn)
    second = puts_in(site, stays)
    ended(site)
    site.touch(happenings.BackAsked())
    is_told(site)
    site.touch(happenings.DeedAsked(at.Deed.CHECK))
    site.world.lockers.at(*place(first)).thing = False  # somebody with a key was here
    looked = {first: at.Found.EMPTY, second: at.Found.THING, 24: at.Found.EMPTY}
    for number, found in looked.items():
        site.page_is(at.Checking)
        site.touch(happenings.PlaceChosen(number))
        site.page_is(at.DoorStands)
        site.world.lockers.shut(*place(number))
        site.page_is(at.AskFound)
        site.touch(happenings.FoundSaid(found))
    site.page_is(at.Checking)
    assert counter.lies()[first] == gone
    site.touch(happenings.StockTaken())
    page = ended(site)
    assert page.how is at.How.TOLD
    assert page.disagreements == (at.Disagreement(first, gone),)
    assert first not in counter.lies()
    assert counter.lies()[second] == stays
    is_written(site, ("compartmentLookedInto", "D-11"), ("stockTaken", "D-11"))


def test_what_was_found_is_told_also_when_whoever_looked_just_goes(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    number = puts_in(site, reference)
    ended(site)
    site.touch(happenings.BackAsked())
    is_told(site)
    site.touch(happenings.DeedAsked(at.Deed.CHECK))
    site.world.lockers.at(*place(number)).thing = False
    site.touch(happenings.PlaceChosen(number))
    site.page_is(at.DoorStands)
    site.world.lockers.shut(*place(number))
    site.page_is(at.AskFound)
    site.touch(happenings.FoundSaid(at.Found.EMPTY))
    site.page_is(at.Checking)
    site.pull()
    wait_until(lambda: number not in counter.lies())


def test_what_staff_found_is_told_before_leave_is_asked_for_that_door(site: Site, counter: Counter) -> None:
    """Else a resident stands before an empty compartment: the town heard nothing of it while it was gone."""
    id_, reference = counter.register("voucher")
    goes_to_the_doors(site)
    number = puts_in(site, reference)
    ended(site)
    code = counter.code(id_)
    assert code is not None
    site.touch(happenings.BackAsked())
    is_told(site)
    site.touch(happenings.DeedAsked(at.Deed.CHECK))
    site.world.lockers.at(*place(number)).thing = False
    site.touch(happenings.PlaceChosen(number))
    site.page_is(at.DoorStands)
    site.world.lockers.shut(*place(number))
    site.page_is(at.AskFound)
    site.touch(happenings.FoundSaid(at.Found.EMPTY))
    site.page_is(at.Checking)
    site.world.town_hall.stop()
    site.touch(happenings.StockTaken())
    assert ended(site).how is at.How.WAITS
    site.pull()
    site.world.town_hall.start()
    site.until(lambda visit: visit.offer.doors is None)
    opened = len(site.world.lockers.pulses)
    site.world.scanner.scan(code)
    site.until(lambda visit: isinstance(visit.state, Notice))
    assert number not in counter.lies()
    assert len(site.world.lockers.pulses) == opened


def test_stopping_in_the_middle_of_an_opening_shuts_nobody_out(site: Site, counter: Counter) -> None:
    _, reference = counter.register("voucher")
    goes_to_the_doors(site)
    site.touch(happenings.ThingChosen(reference))
    number = proposed(site)
    opens(site)
    site.kiosk.core.post(events.StopPressed())
    site.until(lambda visit: not isinstance(visit.state, StaffAtWork))
    site.world.lay(number)
    wait_until(partial(_lies, counter, number, reference))


def _lies(counter: Counter, number: int, reference: str) -> bool:
    return counter.lies().get(number) == reference
