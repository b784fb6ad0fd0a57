# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files from the web, asked for on behalf of a user: what is let through, and what is cut off."""

import pytest
from small_internet import WEB, SmallInternet

from mail_contact_sync.connectors.base import ConnectorError
from mail_contact_sync.connectors.deadline import Deadline
from mail_contact_sync.connectors.fenced_http import get


@pytest.fixture
def internet(tmp_path):
    with SmallInternet(tmp_path) as internet:
        yield internet


def fetch(internet, url, seconds=5.0, **options):
    return get(url, internet.fence(**options), Deadline(seconds))


def refusal(internet, url, kind=ConnectorError, **options):
    with pytest.raises(kind) as caught:
        fetch(internet, url, **options)
    return caught.value.reason


def test_a_file_is_fetched_from_the_address_that_was_found(internet):
    web = internet.serve("a.example")
    web.pages["a.example/x"] = b"hello"
    assert fetch(internet, "https://a.example/x?y=%40") == b"hello"
    assert web.requests == [("a.example", "/x?y=%40")]
    assert internet.reached == [(WEB, 443)]
