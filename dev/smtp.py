# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A submission server on loopback that delivers to the mailboxes of a Dovecot of our own."""

import asyncio
import logging
import smtplib
import ssl
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from contextlib import ExitStack

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult
from imapclient import SEEN, IMAPClient

from .dovecot import Dovecot
from .process import free_port

# It warns of what it does itself with each login.
logging.getLogger("mail.log").setLevel(logging.ERROR)

_NAME = "smtp.localhost"
_MEGABYTE = 1 << 20


class SmtpServer:
    """Takes mail from the users of ``dovecot``, each under her own address, for its users.

    A context manager, in threads of this process.  ``port`` offers STARTTLS and takes a
    password without it too; ``tls_port`` is for TLS from the start.  Both have Dovecot's
    certificate.  ``users`` are its users and their passwords, ``tokens`` users by the access
    token (XOAUTH2) that stands for them.  ``files`` makes it put what it takes into the
    sender's Sent by itself, as some providers do.  ``taken`` holds what it took, each as
    sender, recipients and bytes; ``logins`` how many there were.
    """

    def __init__(
        self,
        dovecot: Dovecot,
        users: Mapping[str, str],
        *,
        tokens: Mapping[str, str] | None = None,
        size: int = 25 * _MEGABYTE,
        files: bool = False,
        international: bool = True,
    ):
        self.dovecot, self.users, self.tokens, self.files = dovecot, users, tokens or {}, files
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.logins = 0
        self._options = {"size": size, "international": international}
        self._running = ExitStack()

    def __enter__(self) -> "SmtpServer":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dovecot.certificate, self.dovecot.folder / "key.pem")
        self.port = self._start(starttls=context)
        self.tls_port = self._start(implicit=context)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._running.close()

    def _start(
        self,
        starttls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
    ) -> int:
        controller = _Controller(self, starttls, implicit, **self._options)
        controller.start()
        self._running.callback(controller.stop)
        return controller.port

    def knows(self, user: str, password: str) -> bool:
        return self.users.get(user) == password

    def deliver(self, sender: str, recipients: list[str], message: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp_port) as lmtp:
            # One by one: smtplib reads one answer, and LMTP gives one for each recipient.
            for recipient in recipients:
                lmtp.sendmail(sender, [recipient], message)
        if self.files:
            self._file(sender, message)
        self.taken.append((sender, recipients, message))

    def _file(self, user: str, message: bytes) -> None:
        with IMAPClient("127.0.0.1", self.dovecot.port, ssl=False) as client:
            client.login(user, self.users[user])
            client.append("Sent", message, (SEEN,))


class _Handler:
    def __init__(self, server: SmtpServer):
        self._server = server

    async def handle_MAIL(self, smtp, session, envelope, address, options) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if address.lower() != session.auth_data:
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, smtp, session, envelope, address, options) -> str:
        if address.lower() not in self._server.users:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp, session, envelope) -> str:
        await asyncio.to_thread(
            self._server.deliver, envelope.mail_from, envelope.rcpt_tos, envelope.content
        )
        return "250 2.0.0 Ok: queued"


class _Smtp(SMTP):
    def __init__(self, server: SmtpServer, *arguments, **options):
        self._server = server
        super().__init__(*arguments, **options)

    async def auth_XOAUTH2(self, _, args: list[str]) -> AuthResult:
        """https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"""
        try:
            told = b64decode(args[1], validate=True).decode()
            user, token = told.removesuffix("\1\1").split("\1")
        except (IndexError, ValueError, Base64Error):
            return AuthResult(success=False)
        owner = self._server.tokens.get(token.removeprefix("auth=Bearer "))
        if owner and user == f"user={owner}":
            return _logged_in(self._server, owner)
        if await self.challenge_auth('{"status":"400","schemes":"Bearer"}') is MISSING:
            return AuthResult(success=False, handled=True)
        return AuthResult(success=False, handled=False)


class _Controller(Controller):
    def __init__(self, server: SmtpServer, starttls, implicit, *, size: int, international: bool):
        self._mailboxes = server
        super().__init__(
            _Handler(server),
            hostname="127.0.0.1",
            port=free_port(),
            server_hostname=_NAME,
            ssl_context=implicit,
            tls_context=starttls,
            authenticator=self._authenticate,
            auth_require_tls=False,
            data_size_limit=size,
            enable_SMTPUTF8=international,
        )

    def factory(self) -> SMTP:
        return _Smtp(self._mailboxes, self.handler, **self.SMTP_kwargs)

    def _authenticate(self, smtp, session, envelope, mechanism, data) -> AuthResult:
        user = data.login.decode()
        if self._mailboxes.knows(user, data.password.decode()):
            return _logged_in(self._mailboxes, user)
        return AuthResult(success=False, handled=False)


def _logged_in(server: SmtpServer, user: str) -> AuthResult:
    server.logins += 1
    return AuthResult(success=True, auth_data=user.lower())
