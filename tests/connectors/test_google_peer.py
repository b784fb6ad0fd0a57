# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Google of the tests judges as Google's own description does."""

import pytest
import requests
from gmail_peer import USERS, consented

from dev.google_query import Index
from dev.google_schema import Violation, call, check_body, masked

MESSAGES = "/gmail/v1/users/me/messages"


@pytest.mark.parametrize(
    ("verb", "target"),
    [
        ("GET", "/gmail/v1/users/me/nothing"),
        ("PUT", MESSAGES),
        ("GET", f"{MESSAGES}?query=x"),
        ("GET", f"{MESSAGES}?maxResults=501"),
        ("GET", f"{MESSAGES}?maxResults=many"),
        ("GET", f"{MESSAGES}?q=a&q=b"),
        ("GET", f"{MESSAGES}?includeSpamTrash=maybe"),
        ("GET", f"{MESSAGES}?fields=messages/body"),
        ("GET", f"{MESSAGES}/1?format=headers"),
        ("GET", f"{MESSAGES}/1?fields=payload(headers(title))"),
        ("GET", "/gmail/v1/users/me/history?startHistoryId=1&historyTypes=all"),
        ("GET", "/gmail/v1/users/me/history?startHistoryId=x"),
        ("POST", f"/upload{MESSAGES}"),
    ],
)
def test_what_google_does_not_describe_is_refused(verb, target):
    if target.startswith("/upload"):
        assert call(verb, target).upload  # messages.insert takes one; history would not
        target = "/upload/gmail/v1/users/me/history"
    with pytest.raises(Violation):
        call(verb, target)


def test_what_google_describes_is_understood():
    asked = call("GET", f"{MESSAGES}/a%2Bb?format=metadata&metadataHeaders=A&metadataHeaders=B")
    assert asked.method == "gmail.users.messages.get"
    assert asked.param("id") == "a+b" and asked.params["metadataHeaders"] == ["A", "B"]
    assert "https://www.googleapis.com/auth/gmail.readonly" in asked.scopes
    sending = call("POST", f"{MESSAGES}/send")
    assert check_body(sending, b'{"raw": "x"}') == {"raw": "x"}
    for body in (b'{"text": "x"}', b"raw"):
        with pytest.raises(Violation):
            check_body(sending, body)


def test_a_partial_response_holds_what_was_asked_for():
    mask = call("GET", f"{MESSAGES}?fields=messages(id),nextPageToken").fields
    answer = {"messages": [{"id": "1", "threadId": "2"}], "resultSizeEstimate": 1}
    assert masked(answer, mask) == {"messages": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "321"),
        ("from:clara@x.example", "1"),
        ("from:clara", "21"),
        ("from:lara@x.example", ""),
        ("from:x.example to:bob", "2"),
        ("{from:clara@x.example to:bob}", "21"),
        ("from:clara@x.example OR to:bob", "21"),
        ('from:"clara y"', "2"),
        ("-from:clara", "3"),
        ("in:inbox -to:bob -cc:carl", "1"),
        ("after:1 (to:bob OR cc:carl)", "32"),
        ("before:2", "1"),
        ("in:spam", ""),
    ],
)
def test_a_search(query, found):
    index = Index()
    index.add("1", 1000, {"INBOX"}, b"From: C <clara@x.example>\n\nto: bob")
    index.add("2", 2000, {"INBOX"}, b"From: clara@y.x.example\r\nTo: bob@o.example\r\n\r\n")
    index.add("3", 3000, set(), b"Cc: d,\r\n carl@o.example\r\n\r\n")
    index.add("4", 4000, {"SPAM"}, b"From: clara@x.example\n\n")
    assert index.search(query) == list(found)


@pytest.mark.parametrize("query", ["{from:a", "from:a}", "(from:a", "size:5", "clara", 'from:""'])
def test_a_search_that_is_none(query):
    with pytest.raises(ValueError):
        Index().search(query)


def test_a_request_that_google_does_not_describe_fails_the_test(google):
    token = consented(google, USERS[-3]).access_token
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("messages?size=5", "labels", "messages?q=size:5"):
        url = f"{google.url}/gmail/v1/users/me/{path}"
        assert requests.get(url, headers=headers, timeout=60).status_code == 400
    assert len(google.gmail.violations) == 3
    google.gmail.violations.clear()


def test_a_token_that_nobody_gave_out_is_refused(google):
    for token in ("", "Bearer x", "Basic x"):
        answer = requests.get(
            f"{google.url}/gmail/v1/users/me/profile", headers={"Authorization": token}, timeout=60
        )
        assert answer.status_code == 401
