# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in over HTTP: Basic (RFC 7617) for each request, NTLM for a connection."""

import base64
import os
import tempfile
from pathlib import Path

import spnego
from spnego.exceptions import SpnegoError

from .store import Directory, User

_NTLM_USERS = "NTLM_USER_FILE"  # where pyspnego's server looks passwords up


class Passwords:
    """The users' passwords where pyspnego's NTLM server finds them; one in a process."""

    def __init__(self, directory: Directory):
        descriptor, name = tempfile.mkstemp(prefix="ntlm-users-")
        os.close(descriptor)
        self._path = Path(name)
        self.write(directory)

    def write(self, directory: Directory) -> None:
        """Take the users' passwords as they are now."""
        lines = []
        for user in directory.users:
            domain, _, login = user.login.rpartition("\\")
            lines.append(f"{domain}:{login or user.address}:{user.password}\n")
            lines.append(f":{user.address}:{user.password}\n")
        self._path.write_text("".join(dict.fromkeys(lines)))

    def close(self) -> None:
        self._path.unlink(missing_ok=True)

    def context(self) -> spnego.ContextProxy:
        os.environ[_NTLM_USERS] = str(self._path)
        return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)


class Login:
    """Who is at the other end of one connection."""

    def __init__(self, directory: Directory, passwords: Passwords):
        self._directory, self._passwords = directory, passwords
        self._context: spnego.ContextProxy | None = None
        self._by_ntlm: User | None = None

    def user(self, authorization: str, ways: list[str]) -> User | str | None:
        """The user; or an NTLM challenge to send; or None, to be refused."""
        offered = ", ".join(ways)
        way, _, token = authorization.partition(" ")
        if way == "NTLM" and "NTLM" in offered:
            return self._ntlm(base64.b64decode(token))
        if way == "Basic" and "Basic" in offered:
            login, _, password = base64.b64decode(token).decode("utf-8", "replace").partition(":")
            user = self._directory.by_login(login)
            return user if user and user.password == password else None
        return self._by_ntlm if "NTLM" in offered and not authorization else None

    def _ntlm(self, token: bytes) -> User | str | None:
        if self._context is None:
            self._context = self._passwords.context()
        try:
            challenge = self._context.step(token)
        except (SpnegoError, ValueError):
            self._context = None
            return None
        if not self._context.complete:
            return "NTLM " + base64.b64encode(challenge or b"").decode()
        principal = self._context.client_principal or ""
        self._context = None
        self._by_ntlm = self._directory.by_login(principal.lstrip("\\"))
        return self._by_ntlm
