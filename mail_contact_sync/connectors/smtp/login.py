# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in to a submission server (RFC 4954): by password, or with an access token."""

from base64 import b64encode

from .. import reasons
from ..base import AuthenticationFailed, Server, SettingsError
from ..oauth.tokens import TokenSource
from .connection import Client, Login
from .errors import LOGIN, of_reply

_TOKENS = {"XOAUTH2", "OAUTHBEARER"}


def password_login(client: Client, server: Server) -> None:
    """AUTH PLAIN (RFC 4616), else LOGIN; none where the user has no name."""
    if not server.login:
        return
    mechanisms = _mechanisms(client)
    if not (server.login + server.password).isprintable():
        raise AuthenticationFailed(reasons.BAD_CREDENTIALS, "control character")
    if "PLAIN" in mechanisms:
        client.secrets |= _told(server.login, server.password)
        _authenticate(client, "PLAIN", f"\0{server.login}\0{server.password}")
    elif "LOGIN" in mechanisms:
        _authenticate(client, "LOGIN", server.login, server.password, at_once=False)
    else:
        raise _not_offered(client, server, mechanisms)


def xoauth2_login(tokens: TokenSource) -> Login:
    """A Login with the token of ``tokens``; ``server.password`` is not used.

    https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, which Microsoft
    takes as well.  A token that is refused is renewed once, and the login tried again on the
    same connection.  Raises SettingsError with ``smtp-disabled`` where that is refused, too: the
    grant is good, and it is the mailbox that may not send.  Raises whatever renewing raises;
    SettingsError with ``login-not-offered`` where the server has no XOAUTH2.
    """

    def login(client: Client, server: Server) -> None:
        mechanisms = _mechanisms(client)
        if "XOAUTH2" not in mechanisms:
            raise SettingsError(reasons.LOGIN_NOT_OFFERED, "XOAUTH2")
        token = tokens.token()
        refusal = _refusal(client, server.login, token)
        if refusal and (renewed := tokens.renewed(token)):
            refusal = _refusal(client, server.login, renewed)
        if refusal:
            raise SettingsError(reasons.SMTP_DISABLED, refusal.detail)

    return login


def _refusal(client: Client, user: str, token: str) -> AuthenticationFailed | None:
    """How the server refused ``token``; None where it did not."""
    client.secrets |= _told(token)
    try:
        _authenticate(client, "XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1")
    except AuthenticationFailed as error:
        if error.reason != reasons.BAD_CREDENTIALS:
            raise
        return error
    return None


def _authenticate(client: Client, mechanism: str, *answers: str, at_once: bool = True) -> None:
    """Say ``answers``, the first with the command where ``at_once``; nothing once they are out,
    which is how to hear why a token was refused."""
    client.secrets |= _told(*answers)
    left = [_base64(answer) for answer in answers]
    reply = client.ask(f"AUTH {mechanism} {left.pop(0)}" if at_once else f"AUTH {mechanism}")
    for answer in [*left, ""]:
        if reply.code != 334:
            break
        reply = client.ask(answer)
    if reply.code != 235:
        raise of_reply(reply, LOGIN, client.secrets)


def _mechanisms(client: Client) -> set[str]:
    return set(client.esmtp_features.get("auth", "").upper().split())


def _not_offered(client: Client, server: Server, mechanisms: set[str]) -> SettingsError:
    if not mechanisms and server.security == "none" and client.has_extn("starttls"):
        return SettingsError(reasons.ENCRYPTION_REQUIRED)
    if mechanisms and mechanisms <= _TOKENS:
        return SettingsError(reasons.PASSWORD_LOGIN_DISABLED)
    return SettingsError(reasons.LOGIN_NOT_OFFERED, " ".join(sorted(mechanisms))[:100])


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _told(*answers: str) -> set[str]:
    """What a server may repeat, in either spelling."""
    return {spelled for answer in answers if answer for spelled in (answer, _base64(answer))}
