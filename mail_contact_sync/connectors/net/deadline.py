# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A moment by which several steps together have to be done."""

from time import monotonic


class Deadline:
    """``seconds`` from now on.

    A timeout for each read is none: a server that sends a byte now and then
    would keep us for ever.
    """

    def __init__(self, seconds: float):
        self._end = monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left.  Raises TimeoutError where there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("time is up")
        return left

    def left_or_none(self) -> float:
        """The seconds that are left, zero where there are none."""
        return max(0.0, self._end - monotonic())

    def sooner(self, seconds: float) -> "Deadline":
        """This one, or in ``seconds`` where that is earlier."""
        sooner = Deadline(seconds)
        sooner._end = min(sooner._end, self._end)
        return sooner
