# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages: installed into the system, or only fetched and unpacked into a folder."""

import contextlib
import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from .home import NAME
from .progress import Heartbeat, fail, run

_POLICY = Path("/usr/sbin/policy-rc.d")
_POLICY_MARK = f"# Written by {NAME} while it installs packages"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def _installed(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


@contextlib.contextmanager
def _no_daemons() -> Iterator[None]:
    """Keep packages from starting their own servers, which would listen beyond loopback.

    A policy that is there stays: such a machine starts no daemons anyway.  Ours forbids only
    while this process lives, so that it means nothing if it is left behind.
    """
    if _POLICY.exists() and _POLICY_MARK not in _POLICY.read_text():
        yield
        return
    _POLICY.write_text(
        f"#!/bin/sh\n{_POLICY_MARK}\n[ -d /proc/{os.getpid()} ] && exit 101\nexit 0\n"
    )
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def require(packages: Iterable[str]) -> None:
    """Install what is missing; without the right to do so, say what to install and end."""
    missing = [package for package in packages if not _installed(package)]
    if not missing:
        return
    install = ["apt-get", "install", "--no-install-recommends", *missing]
    if os.geteuid():
        raise fail(f"Debian packages are missing.  Please run:\n  sudo {shlex.join(install)}")
    with _no_daemons():
        run(
            "Ending what an interrupted installation has left", ["dpkg", "--configure", "--pending"]
        )
        run("Reading Debian's package lists", ["apt-get", "update"])
        run(
            f"Installing Debian packages: {' '.join(missing)}",
            [*install, "--yes", "--option=DPkg::Lock::Timeout=600"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )


class Suite:
    """Another suite of the machine's own Debian mirror, read without touching the system's apt."""

    def __init__(self, name: str, folder: Path):
        """``folder`` receives apt's lists and the downloads."""
        self.name = name
        self.folder = folder
        self._options = [
            f"--option=Dir::Etc::sourcelist={folder}/sources.list",
            "--option=Dir::Etc::sourceparts=-",
            f"--option=Dir::State::lists={folder}/lists",
            f"--option=Dir::Cache={folder}/cache",
        ]

    def unpack(self, packages: list[str], root: Path) -> None:
        """Fetch packages and unpack them into ``root``."""
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (self.folder / part).mkdir(parents=True)
        signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
        (self.folder / "sources.list").write_text(f"deb {signed}{_mirror()} {self.name} main\n")
        apt = ["apt-get", *self._options]
        run(f"Reading the package list of Debian {self.name}", [*apt, "update"])
        run(
            f"Fetching from Debian {self.name}: {' '.join(packages)}",
            [*apt, "download", *packages],
            cwd=self.folder / "debs",
        )
        with Heartbeat("Unpacking"):
            for deb in (self.folder / "debs").iterdir():
                subprocess.run(["dpkg-deb", "--extract", deb, root], check=True)


def _mirror() -> str:
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    )
    if not targets.stdout.strip():
        raise fail("apt has no package source on this machine.")
    return targets.stdout.split()[0]
