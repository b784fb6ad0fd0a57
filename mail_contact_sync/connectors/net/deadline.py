# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A moment by which several steps together have to be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic


class Deadline:
    """``seconds`` from now on, or ``spare`` seconds before the end of ``all_within`` if sooner.

    Of what is left until then no more than half is spared.
    A timeout for each read is none: a server that sends a byte now and then
    would keep us for ever.
    """

    def __init__(self, seconds: float, spare: float = 0.0):
        now = monotonic()
        self._end = now + seconds
        if whole := _WHOLE.get():
            self._end = min(self._end, whole._end - min(spare, (whole._end - now) / 2))

    def left(self) -> float:
        """The seconds that are left.  Raises TimeoutError where there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("time is up")
        return left

    def left_or_none(self) -> float:
        """The seconds that are left, zero where there are none."""
        return max(0.0, self._end - monotonic())

    def is_over(self) -> bool:
        return monotonic() >= self._end

    def sooner(self, seconds: float) -> "Deadline":
        """This one, or in ``seconds`` where that is earlier."""
        sooner = Deadline(seconds)
        sooner._end = min(sooner._end, self._end)
        return sooner


_WHOLE: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def all_within(seconds: float) -> Iterator[Deadline]:
    """Let all that is asked of any server in here be done in ``seconds`` from now on.

    Each connection that is opened in here is cut off then, whatever is going on.
    """
    deadline = Deadline(seconds)
    token = _WHOLE.set(deadline)
    try:
        yield deadline
    finally:
        _WHOLE.reset(token)
