# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft 365 on a port of loopback: consent by the emulator, Graph's mail by the double."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ..emulator import Emulator
from ..web_server import serving
from .consent import PATHS, Answer, Consent, seed
from .service import ROOT, Graph
from .store import GraphMailbox


class Microsoft:
    """A context manager: ``url`` answers from then on.  To be entered from the main thread.

    There is a mailbox for each of ``users``; ``redirects`` are the redirect URIs of the client.
    ``consent``, ``graph`` and ``mailboxes`` have the knobs.  ``crashes`` is what went wrong in
    the double itself.
    """

    def __init__(
        self,
        folder: Path,
        packages: Path,
        users: list[str],
        redirects: list[str],
        clock: Callable[[], float] = time.time,
    ):
        self._stack = ExitStack()
        self._emulator = Emulator(folder, packages, "microsoft", seed(users, redirects))
        self.consent = Consent(self._emulator.url, clock)
        self.mailboxes = {user: GraphMailbox(user) for user in users}
        self.graph = Graph(self.consent, self.mailboxes)
        self.crashes: list[str] = []

    def __enter__(self) -> "Microsoft":
        self._stack.enter_context(self._emulator)
        self.url = self._stack.enter_context(serving(self.answer, self.crashes.append))
        self.graph.root = self.url + ROOT
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    @property
    def endpoints(self) -> dict[str, str]:
        """Arguments of ``oauth_microsoft.Endpoints``."""
        return {"api": self.graph.root, "stand_in": self.url}

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        answering = self.consent if target.startswith(PATHS) else self.graph
        return answering.answer(verb, target, headers, body)
