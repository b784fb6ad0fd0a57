# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signing in at what stands in for a provider on this machine, without a browser."""

import json
from urllib.parse import parse_qs, urlsplit

import requests

from .rpc import Client


def redirect(odoo_url: str, service: str) -> str:
    """The redirect URI that is to be registered with it."""
    return f"{odoo_url}/mail_contact_sync/{service}/redirect"


def set_up(
    admin: Client, odoo_url: str, service: str, client: tuple[str, str], endpoints: dict
) -> None:
    """What an administrator enters in the settings, and where the provider is.

    ``client`` are the app's id and secret.
    """
    for parameter in (
        ("web.base.url", odoo_url),
        ("web.base.url.freeze", "True"),
        (f"mail_contact_sync.{service}_endpoints", json.dumps(endpoints)),
    ):
        admin.call("ir.config_parameter", "set_param", *parameter)
    names = (f"mail_sync_{service}_client_id", f"mail_sync_{service}_client_secret")
    values = dict(zip(names, client, strict=True))
    settings = admin.call("res.config.settings", "create", [values])
    admin.call("res.config.settings", "execute", settings)


def sign_in(user: Client, service: str, page: str, address: str) -> int:
    """Connect ``address`` as its user does; returns the account's id.

    ``page`` is where the provider's page sends the form on which users choose who they are.
    """
    [dialog] = user.call("mail.sync.connect", "create", [{"address": address, "provider": service}])
    left = user.call("mail.sync.connect", "action_sign_in", [dialog])
    query = parse_qs(urlsplit(user.get(left["url"]).headers["Location"]).query)
    consented = requests.post(
        page,
        data={**{name: values[0] for name, values in query.items()}, "email": address},
        allow_redirects=False,
        timeout=60,
    )
    back = urlsplit(consented.headers["Location"])
    answer = user.get(f"{back.path}?{back.query}")
    if answer.status_code != 303:
        raise RuntimeError(answer.text)
    return int(answer.headers["Location"].rpartition("/")[2])
