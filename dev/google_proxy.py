# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google on this machine: the emulator, and in front of it what it lacks.

Whatever is asked of the Gmail API is held against Google's own description of it; what that does
not allow is refused and stands in ``violations``.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from . import google_batch
from .emulator import Emulator
from .google_consent import PATHS, Consent
from .google_gmail import Gmail, error
from .google_mailbox import GoogleMailbox, Mail, seed
from .web_server import Answer, serving

CLIENT_ID = "mail-contact-sync.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-open-secret"
MAX_BATCH = 100


class Google:
    """A context manager: ``url`` answers from then on.  To be entered from the main thread.

    ``users`` are the addresses and what is in their mailboxes at first, ``redirects`` the
    redirect URIs of the client.  ``gmail``, ``consent`` and ``mailboxes`` have the knobs.
    ``at_once`` is how many requests of one batch are answered before it is too many.
    """

    def __init__(
        self,
        folder: Path,
        packages: Path,
        users: dict[str, list[Mail]],
        redirects: list[str],
        clock: Callable[[], float] = time.time,
    ):
        self._stack = ExitStack()
        self._users = users
        beginning = seed(users, CLIENT_ID, CLIENT_SECRET, redirects)
        self._emulator = Emulator(folder, packages, "google", beginning)
        self.consent = Consent(self._emulator.url, clock)
        self.mailboxes: dict[str, GoogleMailbox] = {}
        self.gmail = Gmail(self.mailboxes, self.consent, clock)
        self.at_once = MAX_BATCH
        #: The sizes of the batches that have come.
        self.batches: list[int] = []
        self._breaks = ""

    def __enter__(self) -> "Google":
        self._stack.enter_context(self._emulator)
        for user, mails in self._users.items():
            self.mailboxes[user] = GoogleMailbox(self._emulator.url, user, mails)
        self.url = self._stack.enter_context(serving(self._answer_or_break, self._crashed))
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    @property
    def endpoints(self) -> dict[str, str]:
        """The arguments of ``oauth_google.Endpoints``."""
        return {
            "authorization": f"{self.url}/o/oauth2/v2/auth",
            "token": f"{self.url}/oauth2/token",
            "revocation": f"{self.url}/oauth2/revoke",
            "userinfo": f"{self.url}/oauth2/v2/userinfo",
            "api": f"{self.url}/",
        }

    def break_next(self, path: str) -> None:
        """Cut the connection of the next request whose path has ``path`` in it, mid-answer."""
        self._breaks = path

    def breaks(self, target: str) -> bool:
        """Whether this is the one."""
        if self._breaks and self._breaks in target:
            self._breaks = ""
            return True
        return False

    def _answer_or_break(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        status, named, content = self.answer(verb, target, headers, body)
        if self.breaks(target):
            named = {**named, "Content-Length": str(len(content))}
            content = content[: len(content) // 2]
        return status, named, content

    def _crashed(self, failure: str) -> None:
        self.gmail.violations.append(f"the proxy itself: {failure}")

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        if target.startswith(PATHS):
            response = self.consent.answer(verb, target, headers, body)
            passed = {
                name: value
                for name, value in response.headers.items()
                if name.lower() in ("content-type", "location", "cache-control")
            }
            return response.status_code, passed, response.content
        if verb == "POST" and target == "/batch":
            return self._batch(headers, body)
        return self.gmail.answer(verb, target, headers, body)

    def _batch(self, headers: dict, body: bytes) -> Answer:
        parts = google_batch.read(headers["content-type"], body)
        self.batches.append(len(parts))
        if len(parts) > MAX_BATCH:
            return error(400, "badRequest", "Inner request count exceeds the limit")
        answers = []
        for number, part in enumerate(parts):
            # What the batch says holds for its parts, unless they say otherwise.
            own = {"authorization": headers.get("authorization", ""), **part.headers}
            if number < self.at_once:
                answer = self.gmail.answer(part.verb, part.target, own, part.body)
            else:
                answer = error(429, "rateLimitExceeded", "Too many concurrent requests for user")
            answers.append((part.id, *answer))
        # In no order that anybody has promised.
        content_type, content = google_batch.write(answers[::-1])
        return 200, {"Content-Type": content_type}, content
