# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user's mailbox in the emulator, and the user at work in it."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

import requests

from .google_query import Index


@dataclass(frozen=True)
class Mail:
    """A message that is there from the start; ``received`` is aware."""

    id: str
    raw: bytes
    received: datetime
    labels: tuple[str, ...] = ("INBOX", "UNREAD")


def admin_token(user: str) -> str:
    """Opens a mailbox past the proxy."""
    return f"admin-{user}"


def seed(users: dict[str, list[Mail]], client_id: str, secret: str, redirects: list[str]) -> dict:
    """What the emulator is to begin with."""
    return {
        "tokens": {admin_token(user): {"login": user, "scopes": []} for user in users},
        "google": {
            # Of the first user are all tokens that it does not know.
            "users": [{"email": "nobody@invalid.example", "name": "Nobody"}]
            + [{"email": user, "name": user.partition("@")[0].title()} for user in users],
            "oauth_clients": [
                {"client_id": client_id, "client_secret": secret, "redirect_uris": redirects}
            ],
            "messages": [
                {
                    "id": mail.id,
                    "user_email": user,
                    "raw": _encoded(mail.raw),
                    "label_ids": list(mail.labels),
                    "internal_date": str(_milliseconds(mail.received)),
                }
                for user, mails in users.items()
                for mail in mails
            ],
        },
    }


class GoogleMailbox:
    """``user``'s.  What another program or the user does in it goes by here, so that the index
    for searches, which the emulator lacks, is kept along.
    """

    def __init__(self, url: str, user: str, mails: list[Mail] = ()):
        self._base = f"{url}/gmail/v1/users/me"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {admin_token(user)}"
        self.user = user
        self.index = Index()
        self.aliases: list[dict] = []
        #: History from before this is forgotten.
        self.oldest_history = 0
        for mail in mails:
            received = _milliseconds(mail.received)
            self.index.add(mail.id, received, set(mail.labels), mail.raw)

    def ask(self, verb: str, path: str, **form) -> requests.Response:
        """A word with the emulator itself."""
        return self._http.request(verb, f"{self._base}/{path}", timeout=300, **form)

    def add(
        self, raw: bytes, received: datetime | None = None, labels: tuple[str, ...] = ("INBOX",)
    ) -> str:
        """A message comes in; returns its id."""
        milliseconds = _milliseconds(received) if received else int(time.time() * 1000)
        value = {
            "raw": _encoded(raw),
            "labelIds": list(labels),
            "internalDate": str(milliseconds),
        }
        response = self.ask("POST", "messages/import", json=value)
        response.raise_for_status()
        id = response.json()["id"]
        self.index.add(id, milliseconds, set(labels), raw)
        return id

    def sent(self, id: str, raw: bytes) -> None:
        """The proxy has seen a message sent."""
        self.index.add(id, int(time.time() * 1000), {"SENT"}, raw)

    def hold(self, number: int, sender: str, received: datetime) -> list[str]:
        """Messages that are good for being found, and nothing else: only ids."""
        ids = [f"held{each:06}" for each in range(number)]
        raw = f"From: {sender}\r\nTo: {self.user}\r\n\r\n".encode()
        for each, id in enumerate(ids):
            self.index.add(id, _milliseconds(received) + each, {"INBOX"}, raw)
        return ids

    def delete(self, id: str) -> None:
        """For ever."""
        self.ask("DELETE", f"messages/{id}").raise_for_status()
        self.index.remove(id)

    def label(self, id: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        value = {"addLabelIds": list(add), "removeLabelIds": list(remove)}
        self.ask("POST", f"messages/{id}/modify", json=value).raise_for_status()
        labels = self.index.entries[id].labels
        labels |= set(add)
        labels -= set(remove)

    def labels(self, id: str) -> set[str]:
        return set(self.ask("GET", f"messages/{id}?format=minimal").json()["labelIds"])

    def thread(self, id: str) -> str:
        return self.ask("GET", f"messages/{id}?format=minimal").json()["threadId"]

    def raw(self, id: str) -> bytes:
        text = self.ask("GET", f"messages/{id}?format=raw").json()["raw"]
        return urlsafe_b64decode(text + "==")

    def history_id(self) -> str:
        """The latest."""
        # From the end of all times on there is nothing to be listed, which takes long.
        return self.ask("GET", f"history?startHistoryId={10**40}").json()["historyId"]

    def forget_history(self) -> None:
        """What has happened so far is history no more."""
        self.oldest_history = int(self.history_id()) + 1


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
