# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls a running Odoo server as its own web client does."""

import requests


class RpcError(Exception):
    """What the server raised: the message that the user would read."""


class Client:
    """A user's session.

    >>> anna = Client(odoo.url, odoo.database, "anna", "anna")
    >>> anna.call("res.partner", "search_count", [("email", "!=", False)])
    """

    def __init__(self, url: str, database: str, login: str, password: str):
        self._url = url
        self._session = requests.Session()
        credentials = {"db": database, "login": login, "password": password}
        self.uid: int = self._post("/web/session/authenticate", credentials)["uid"]

    def call(self, model: str, method: str, *args: object, **kwargs: object):
        """Call a public method of a model."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def get(self, path: str) -> requests.Response:
        """What a browser gets for a page, redirects and all."""
        return self._session.get(self._url + path, allow_redirects=False, timeout=300)

    def _post(self, path: str, params: dict):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._session.post(self._url + path, json=body, timeout=300).json()
        if "error" in answer:
            raise RpcError(answer["error"]["data"]["message"])
        return answer.get("result")  # left out where the method returns nothing
