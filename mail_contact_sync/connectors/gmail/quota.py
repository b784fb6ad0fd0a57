# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What calls of the Gmail API cost, and how much may be spent.

Google counts units per user and minute.  Its table:
https://developers.google.com/workspace/gmail/api/reference/quota
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from .. import reasons
from ..base import Throttled

#: Units of each method, for projects made since May 2026.  Older ones pay 5 for
#: messages.get and may spend 15,000 a minute: to them we are merely modest.
UNITS = {
    "getProfile": 1,
    "history.list": 2,
    "messages.get": 20,
    "messages.list": 5,
    "messages.send": 100,
    "settings.sendAs.list": 1,
}
#: Units that one user of one project may spend in a minute.
LIMIT = 6000
#: Units kept back for what a person waits for.
RESERVE = 600
MINUTE = 60.0
#: Seconds for which a lower limit that was met is believed, and the least that it can be.
HOUR = 3600.0
LEAST = 100


@dataclass(slots=True)
class Usage:
    """What has been asked for: ``queries`` are searches, ``messages`` single messages."""

    requests: int = 0
    queries: int = 0
    units: int = 0
    messages: int = 0


class Budget:
    """What one user has spent in the last minute, whichever minute Google looks at.

    To be kept between runs with ``dump`` and ``load``.  ``limit`` is what background work
    may spend; ``urgent`` calls may spend the reserve as well.
    """

    def __init__(
        self,
        limit: int = LIMIT - RESERVE,
        reserve: int = RESERVE,
        clock: Callable[[], float] = time.time,
    ):
        self._limit = limit
        self._reserve = reserve
        self._clock = clock
        self._spent: list[tuple[float, int]] = []
        # Until when Google gives less than that, and what.
        self._lowered: tuple[float, int] | None = None

    def room(self, urgent: bool = False) -> int:
        """The units that may be spent now."""
        self._forget()
        return max(0, self._ceiling() + (self._reserve if urgent else 0) - self._sum())

    def _sum(self) -> int:
        return sum(units for _when, units in self._spent)

    def _ceiling(self) -> int:
        return min(self._limit, self._lowered[1]) if self._lowered else self._limit

    def refused(self, units: int, lower: bool = False) -> None:
        """Count back what Google did not give; where ``lower``, it gives no more a minute."""
        self._spent.append((self._clock(), -units))
        if lower:
            self._forget()
            self._lowered = (self._clock() + HOUR, max(LEAST, self._sum()))

    def spend(self, units: int, urgent: bool = False) -> None:
        """Count a call that is about to be made, or raise Throttled with the time to wait."""
        if units > self.room(urgent):
            raise Throttled(reasons.PACING, retry_after=self._wait(units, urgent))
        self._spent.append((self._clock(), units))

    def _forget(self) -> None:
        now = self._clock()
        # A clock that was set back must not keep us waiting for its old time.
        self._spent = [
            (min(when, now), units) for when, units in self._spent if when > now - MINUTE
        ]
        if self._lowered and not now < self._lowered[0] <= now + HOUR:
            self._lowered = None

    def _wait(self, units: int, urgent: bool) -> float:
        """Seconds until ``units`` may be spent; in the background, until it is worth beginning."""
        if not urgent:
            units = max(units, self._ceiling() // 4)
        now, room = self._clock(), self.room(urgent)
        for when, spent in sorted(self._spent):
            room += spent
            if room >= units:
                return max(1.0, when + MINUTE - now)
        return MINUTE

    def dump(self) -> list[list[float]]:
        """As a JSON value: the units by the second they were spent in, and a lower limit, below
        zero, by the second until which it is believed."""
        self._forget()
        seconds: dict[int, int] = {}
        for when, units in self._spent:
            # Rounded up, so that nothing is forgotten too early.
            second = ceil(when)
            seconds[second] = seconds.get(second, 0) + units
        lowered = [[self._lowered[0], -self._lowered[1]]] if self._lowered else []
        return [*([second, max(0, units)] for second, units in seconds.items()), *lowered]

    def load(self, value: Any) -> "Budget":
        """Take up what ``dump`` gave; nothing where that is None."""
        for when, units in value or ():
            if units < 0:
                self._lowered = (float(when), -int(units))
            else:
                self._spent.append((float(when), int(units)))
        return self
