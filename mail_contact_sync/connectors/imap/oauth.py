# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logging in to IMAP with an access token: SASL XOAUTH2.

https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, and
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from base64 import b64encode

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from .. import reasons
from ..base import AuthenticationFailed, Server, SettingsError
from ..oauth.tokens import TokenSource
from .connection import Login
from .errors import translate


def oauth_login(tokens: TokenSource) -> Login:
    """A Login as ``server.login`` with the token of ``tokens``; ``server.password`` is not used.

    A token that is refused is renewed once, and the login tried again on the same connection.
    Raises AuthenticationFailed with ``not-authorised`` where that is refused, too: the grant is
    good, and it is the mailbox that it does not open, or IMAP is off for it.  Raises whatever
    renewing raises; SettingsError with ``login-not-offered`` where the server has no XOAUTH2.
    """

    def login(client: IMAPClient, server: Server) -> None:
        if not client.has_capability("AUTH=XOAUTH2"):
            raise SettingsError(reasons.LOGIN_NOT_OFFERED, "XOAUTH2")
        if not server.login.isprintable():  # 0x01 would end the name
            raise AuthenticationFailed(reasons.BAD_CREDENTIALS, "control character")
        token = tokens.token()
        refusal = _tried(client, server.login, token)
        if refusal and (renewed := tokens.renewed(token)):
            refusal = _tried(client, server.login, renewed)
        if refusal:
            raise AuthenticationFailed(reasons.NOT_AUTHORISED, refusal.detail)

    return login


def _tried(client: IMAPClient, user: str, token: str) -> AuthenticationFailed | None:
    """How the server refused ``token``; None where it did not."""
    answers = [f"user={user}\1auth=Bearer {token}\1\1".encode()]

    def answer(_challenge: bytes) -> bytes:
        # It says why the token was refused, as JSON, and wants to hear something before its NO.
        return answers.pop() if answers else b""

    secrets = (token, b64encode(answers[0]).decode())
    try:
        client.sasl_login("XOAUTH2", answer)
    except LoginError as error:
        failure = translate(error, secrets=secrets)
        if failure.reason != reasons.BAD_CREDENTIALS:
            raise failure from None
        return AuthenticationFailed(failure.reason, failure.detail)
    return None
