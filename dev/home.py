# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one folder that holds everything the development environment makes.

odoo/<digest>     Odoo, unpacked             )  shared by all clones; the digest is that of
venv/<digest>     Python requirements        )  the pins, so that a changed pin makes a new one
image/<digest>    databases to copy from
clones/<digest>/  what one clone has running now, a folder a run
pycache/          Python's bytecode
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from .account import Account
from .progress import Heartbeat, fail

NAME = "mail_contact_sync"
REPOSITORY = Path(__file__).resolve().parent.parent

# https://bford.info/cachedir/: tells backup programs that all in here can be made again, and
# tells us that the folder is ours to remove.
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = f"""Signature: 8a477f597d28d172789f06886806bc55
# Made by {NAME}; ./run --clean removes it.
"""


def digest(*parts: object) -> str:
    """Names a folder after what is in it: sixteen hex digits over the parts' text or bytes."""
    hasher = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        hasher.update(len(data).to_bytes(8, "big") + data)
    return hasher.hexdigest()


CLONE = digest(REPOSITORY)


def _place(account: Account) -> Path:
    if chosen := os.environ.get("MAIL_CONTACT_SYNC_CACHE"):
        return Path(chosen).absolute()
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return place if account.can_enter(existing) else Path("/var/cache") / NAME


def _lock(path: Path, operation: int) -> int:
    """Lock a file or folder until the returned descriptor is closed or this process ends."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(paths: Iterable[Path]) -> None:
    """Remove links and folders; the links first, so that none leads to half a folder."""
    for path in sorted(paths, key=Path.is_symlink, reverse=True):
        if path.is_symlink():
            path.unlink()
        else:
            with Heartbeat(f"Removing {path}"):
                shutil.rmtree(path, ignore_errors=True)


class Home:
    """The folder, and what is made in it once."""

    def __init__(self):
        self.account = Account.for_servers()
        self.path = _place(self.account)

    def open(self) -> "Home":
        """Make the folder, and keep ``remove`` away from it for as long as this process lives."""
        self.path.mkdir(parents=True, exist_ok=True)
        tag = self.path / _TAG
        if not tag.exists():
            if any(self.path.iterdir()):
                raise fail(f"{self.path} holds files of others: choose an empty folder.")
            tag.write_text(_TAG_TEXT)
        if not self.account.can_enter(self.path):
            raise fail(
                f"The servers run as {self.account.user}, who cannot enter {self.path}.\n"
                "Set MAIL_CONTACT_SYNC_CACHE to a folder that everybody can enter."
            )
        _lock(self.path, fcntl.LOCK_SH)
        return self

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whatever is made or cleared away is made by one run at a time."""
        tag = self.path / _TAG
        try:
            descriptor = _lock(tag, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Heartbeat("Waiting for another run's set-up to end"):
                descriptor = _lock(tag, fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(descriptor)

    def made(
        self, kind: str, name: str, make: Callable[[Path], None], *, only: bool = False
    ) -> Path:
        """The folder ``kind/name``, filled by ``make(folder)`` the first time.

        Made under a name of its own, it counts only once a link with the right name leads to it:
        whatever was interrupted is made anew, out of the way of what may be left running.  Where
        there is to be ``only`` one of a kind, the others go.  To be called while ``alone``.
        """
        link = self.path / kind / name
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            _remove(link.parent.glob("*" if only else f"{name}*"))
            folder = Path(mkdtemp(dir=link.parent, prefix=f"{name}-"))
            folder.chmod(0o755)
            make(folder)
            link.symlink_to(folder.name)
        return link.resolve()

    def run_folder(self) -> Path:
        """A new folder, this run's alone for as long as this process lives.

        Removes those of runs that are over.  To be called while ``alone``.
        """
        clone = self.path / f"run-{CLONE}"
        clone.mkdir(parents=True, exist_ok=True)
        for left in clone.iterdir():
            # It may be in use, or be removed by its own run at this moment.
            with suppress(BlockingIOError, FileNotFoundError):
                os.close(_lock(left, fcntl.LOCK_EX | fcntl.LOCK_NB))
                shutil.rmtree(left)
        folder = Path(mkdtemp(dir=clone, prefix=""))
        _lock(folder, fcntl.LOCK_SH)
        folder.chmod(0o755)
        return folder

    def remove(self) -> None:
        """Remove the folder and all in it, unless a run is using it."""
        if not (self.path / _TAG).exists():
            return
        try:
            _lock(self.path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise fail(f"{self.path} is in use: end the other run first.") from None
        _remove(self.path.glob("*/*"))
        shutil.rmtree(self.path)
