# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mailbox on a Dovecot, once for each who reads it."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from dev.dovecot import Dovecot
from dev.progress import Heartbeat, say
from dev.sandbox import Sandbox

from .workload import Mail, Workload

_PASSWORD = "bench"
_SEED = "seed"
_COPIES = 100


@dataclass(frozen=True, slots=True)
class Login:
    """A mailbox as a client sees it, in the clear on loopback."""

    port: int
    user: str
    password: str = _PASSWORD
    host: str = "127.0.0.1"


class Mailboxes:
    """Copies of one mailbox, which is written when the first is asked for.

    Each reader gets its own, whose Dovecot has not opened it before: no index, no cache, no UIDs.
    The copies' files are links to the same content, which writing them has put into the page
    cache.  So all readers start alike.
    """

    def __init__(self, sandbox: Sandbox, workload: Workload):
        self._workload = workload
        names = [_SEED, *(f"reader{number}" for number in range(_COPIES))]
        self._dovecot: Dovecot = sandbox.dovecot(dict.fromkeys(names, _PASSWORD))
        self._readers: Iterator[str] = iter(names[1:])
        self._numbers = count()

    @cached_property
    def _seed(self) -> Path:
        maildir = self._dovecot.maildir(_SEED)
        with Heartbeat(f"Writing a mailbox of {self._workload.size:,} messages"):
            total = self._store(maildir, self._workload, flags="S")
        say(f"  {total / 1e6:.0f} MB")
        return maildir

    def copy(self) -> Login:
        """A mailbox that nobody has opened, with all messages in it."""
        user = next(self._readers)
        shutil.copytree(self._seed, self._dovecot.maildir(user), copy_function=os.link)
        return self._login(user)

    def unread(self, mails: Iterable[Mail]) -> Login:
        """A mailbox with some messages that nobody has read."""
        user = next(self._readers)
        self._store(self._dovecot.maildir(user), mails, flags="")
        return self._login(user)

    def add(self, login: Login, mail: Mail) -> None:
        """Let another message arrive."""
        self._store(self._dovecot.maildir(login.user), [mail], flags="")
        self._dovecot.own()

    def megabytes_read(self, login: Login) -> list[float]:
        """What the server has sent, by connection, oldest first."""
        line = rf"imap\({login.user}\).* out=(\d+)"
        return [int(sent) / 1e6 for sent in re.findall(line, self._dovecot.log.read_text())]

    def _login(self, user: str) -> Login:
        self._dovecot.own()
        return Login(self._dovecot.port, user)

    def _store(self, maildir: Path, mails: Iterable[Mail], flags: str) -> int:
        folders = {False: maildir / "cur", True: maildir / ".Sent" / "cur"}
        for folder in folders.values():
            for name in ("cur", "new", "tmp"):
                folder.with_name(name).mkdir(parents=True, exist_ok=True)
        total = 0
        for mail in mails:
            size, lines = len(mail.raw), mail.raw.count(b"\n")
            seconds = int(mail.received.timestamp())
            # S and W are the size without and with carriage returns, as Dovecot names its files:
            # else it would have to read them to tell their sizes.
            name = f"{seconds}.M{next(self._numbers)}P1.bench,S={size},W={size + lines}:2,{flags}"
            path = folders[mail.sent] / name
            path.write_bytes(mail.raw)
            os.utime(path, (seconds, seconds))  # the Maildir's INTERNALDATE
            total += size
        return total
