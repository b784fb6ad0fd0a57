# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests on behalf of a grant: with its access token, and with a new one where it has ended."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from .. import reasons
from ..base import ConnectorError, TemporaryError
from ..net.web import Answer, Web
from ..oauth.google import Endpoints, refresh
from ..oauth.grant import Client, Grant
from .service import Foreign

Body = bytes | str | IO[bytes] | None
#: What is called with each new state of a grant.
Store = Callable[[Grant], None]


class AuthorizedHttp:
    """What Google's library takes for a connection.  Open from the start until ``close``.

    ``store`` is called before a new token is used: when a refresh token has been replaced, the
    one before may be void.
    """

    def __init__(self, client: Client, grant: Grant, store: Store, endpoints: Endpoints):
        self._client = client
        self._grant = grant
        self._store = store
        self._endpoints = endpoints
        self._web: Web | None = Web()
        self._limit = 0

    def close(self) -> None:
        if self._web:
            self._web.close()
        self._web = None

    @contextmanager
    def limited(self, limit: int) -> Iterator[None]:
        """Let answers have no more than ``limit`` bytes."""
        self._limit = limit
        try:
            yield
        finally:
            self._limit = 0

    def refresh(self) -> None:
        """Get a new access token."""
        grant = refresh(
            self._client, self._grant, web=self._connection(), endpoints=self._endpoints
        )
        self._store(grant)
        self._grant = grant

    def _refresh_within(self) -> None:
        """Refresh in the midst of the library, which is not to hear of the database's troubles."""
        try:
            self.refresh()
        except ConnectorError:
            raise
        except Exception as error:
            raise Foreign(error) from error

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> tuple[Any, bytes]:
        """As httplib2 does it: the response with its headers, and the body."""
        from httplib2 import Response

        fresh = not self._grant.is_fresh()
        if fresh:
            self._refresh_within()
        answer = self._send(uri, method, body, headers)
        if answer.status == 401 and not fresh:
            self._refresh_within()
            answer = self._send(uri, method, body, headers)
        response = Response({**answer.headers, "status": str(answer.status)})
        response.reason = answer.reason
        return response, answer.body

    def _send(self, uri: str, method: str, body: Body, headers: Mapping[str, str] | None) -> Answer:
        if hasattr(body, "seek"):  # it may have been sent before
            body.seek(0)
        token = {"authorization": f"Bearer {self._grant.access_token}"}
        return self._connection().send(
            method, uri, headers={**(headers or {}), **token}, body=body, limit=self._limit
        )

    def _connection(self) -> Web:
        if self._web is None:
            raise TemporaryError(reasons.CONNECTION_DROPPED)
        return self._web
