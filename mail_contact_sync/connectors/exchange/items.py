# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Items by their ids: those that are there, and those that cannot be had, told apart."""

from collections.abc import Iterator, Sequence

from ..base import MessageError, TemporaryError
from .errors import GONE, is_perhaps_of_an_item, of_item
from .session import Session
from .soap import Element

#: Items of one request.
MAX_ITEMS = 100
#: Items of one request that bring it down before the fault is the server's own.
MAX_BROKEN = 20
#: What an item is answered with that brought the request down.
_BROKEN = "ErrorInternalServerError"


class Items:
    """What comes of asking for ``refs``; ``failed`` fills while they are gone through."""

    def __init__(self, session: Session):
        self._session = session
        self._broken = 0
        self.failed: list[MessageError] = []

    def get(
        self,
        refs: Sequence[str],
        *properties: str,
        strings: Sequence[str] = (),
        mime: bool = False,
    ) -> Iterator[tuple[str, Element]]:
        """``(ref, item)`` of those that can be had; see ``Session.items``."""
        for start in range(0, len(refs), MAX_ITEMS):
            part = refs[start : start + MAX_ITEMS]
            self._broken = 0
            found = self._found(part, *properties, strings=strings, mime=mime)
            for ref, item in zip(part, found, strict=True):
                if not isinstance(item, str):
                    yield ref, item
                elif item != GONE:
                    error = of_item(item, ref)
                    if not isinstance(error, MessageError):
                        raise error
                    self.failed.append(error)

    def _found(self, refs: Sequence[str], *properties: str, **shape) -> list[Element | str]:
        """As ``Session.items``; a failed request is narrowed down to what it fails for.

        One message that the server stumbles over, or that makes its answer
        unreadable, would keep all others back for ever.
        """
        try:
            return self._session.items(refs, *properties, **shape)
        except TemporaryError as error:
            if not is_perhaps_of_an_item(error) or self._broken == MAX_BROKEN:
                raise
        if len(refs) == 1:
            self._session.distinguished(["inbox"])  # or is it the server that is in trouble?
            self._broken += 1
            return [_BROKEN]
        middle = len(refs) // 2
        return [
            *self._found(refs[:middle], *properties, **shape),
            *self._found(refs[middle:], *properties, **shape),
        ]
