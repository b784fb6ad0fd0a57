# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The account that runs the servers which refuse to run as root."""

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A user of this machine and its group, by name."""

    user: str
    group: str

    @classmethod
    def for_servers(cls) -> "Account":
        """Who is at work, or for root ``nobody``."""
        entry = pwd.getpwuid(os.geteuid() or pwd.getpwnam("nobody").pw_uid)
        return cls(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name)

    @property
    def popen(self) -> dict:
        """Arguments that make ``subprocess`` run a command under this account."""
        if os.geteuid():
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": ()}

    def can_enter(self, folder: Path) -> bool:
        return subprocess.run(["test", "-x", folder], **self.popen).returncode == 0

    def own(self, path: Path) -> Path:
        """Give ``path``, and all below it, to this account."""
        if not os.geteuid():
            for each in (path, *path.rglob("*")):
                shutil.chown(each, self.user, self.group)
        return path
