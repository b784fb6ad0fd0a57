# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The double of Graph: that its judge, Microsoft's own metadata, condemns what is wrong."""

import pytest
import requests
from graph_peer import Graphbox
from imap_mailbox import SINCE

from dev.graph import query, schema
from dev.graph.schema import Violation

DELTA = "/me/mailFolders/inbox/messages/delta"


def asked(path, **options):
    text = "&".join(f"${name}={value}" for name, value in options.items())
    return query.read(schema.place(path), text)


@pytest.mark.parametrize(
    "path",
    [
        DELTA,
        "/users/anna@ours.example/mailfolders('AAMk')/messages/AAMk/$value",
        "/me/mailFolders/delta",
        "/me/mailFolders/inbox",
        "/me/messages/AAMk",
        "/me/sendMail",
    ],
)
def test_paths_that_there_are(path):
    schema.place(path)


@pytest.mark.parametrize(
    "path",
    [
        "/me/folders/inbox",
        "/me/mailFolders/inbox/messages/delta/x",
        "/me/mailFolders/inbox/delta",
        "/me/mailFolders/inbox/$value",
        "/me/mailFolders/inbox/sendMail",
        "/you/mailFolders",
        "/users/sendMail",
    ],
)
def test_paths_that_there_are_not(path):
    with pytest.raises(Violation):
        schema.place(path)


@pytest.mark.parametrize(
    "options",
    [
        {"select": "internetMessageID"},
        {"select": "wellKnownName"},
        {"filter": "receivedDateTime lt 2026-01-01T00:00:00Z"},
        {"filter": "from/emailAddress/address eq 'x'"},
        {"orderby": "receivedDateTime"},
        {"expand": "attachments"},
        {"expand": "singleValueExtendedProperties($filter=id eq 'Text 0x1')"},
        {"top": "1001"},
        {"search": "x"},
        {"skiptoken": "x", "select": "from"},
    ],
)
def test_what_a_delta_does_not_take(options):
    with pytest.raises(Violation):
        asked(DELTA, **options)


def test_a_filter_with_two_ends_is_for_lists_alone():
    window = "receivedDateTime ge 2026-01-01T00:00:00Z and receivedDateTime lt 2026-02-01T00:00:00Z"
    assert asked("/me/mailFolders/inbox/messages", filter=window).before
    with pytest.raises(Violation):
        asked(DELTA, filter=window)


@pytest.mark.parametrize(
    "prefer", ["ImmutableId", 'IdType="Immutable"', "odata.maxpagesize=0", "x=1"]
)
def test_preferences_that_there_are_not(prefer):
    with pytest.raises(Violation):
        query.preferences(prefer)


@pytest.mark.parametrize(
    "value",
    [
        {"size": 5},
        {"from": "anna@ours.example"},
        {"from": {"address": "anna@ours.example"}},
        {"toRecipients": {}},
        {"isDraft": "false"},
        {"receivedDateTime": "2026-01-01"},
        {"importance": "urgent"},
    ],
)
def test_messages_that_are_none(value):
    with pytest.raises(Violation):
        schema.check(value, "graph.message")


def test_a_violation_is_refused_and_noted(microsoft):
    box = Graphbox(microsoft)
    headers = {"Authorization": f"Bearer {box.grant.access_token}"}
    answer = requests.get(f"{microsoft.graph.root}{DELTA}?$search=x", headers=headers, timeout=60)
    assert answer.status_code == 400
    answer = requests.get(f"{microsoft.graph.root}{DELTA}", headers=headers, timeout=60)
    assert answer.status_code == 400  # ids that would change
    assert len(microsoft.graph.violations) == 2
    microsoft.graph.violations.clear()


def test_an_answer_that_breaks_the_metadata_is_noted(microsoft, monkeypatch):
    box = Graphbox(microsoft)
    box.add("m1")
    monkeypatch.setattr("dev.graph.resources.date", lambda when: "yesterday")
    with box.connect() as connector:
        connector.changes(box.folder(), None, SINCE, 10)
    assert "Edm.DateTimeOffset" in microsoft.graph.violations[0]
    microsoft.graph.violations.clear()


def test_a_batch_of_21_is_refused(microsoft):
    box = Graphbox(microsoft)
    headers = {"Authorization": f"Bearer {box.grant.access_token}"}
    parts = [{"id": str(n), "method": "GET", "url": "/me/mailFolders/inbox"} for n in range(21)]
    for count, status in ((20, 200), (21, 400)):
        answer = requests.post(
            f"{microsoft.graph.root}/$batch",
            json={"requests": parts[:count]},
            headers=headers,
            timeout=60,
        )
        assert answer.status_code == status
    assert len(microsoft.graph.violations) == 1
    microsoft.graph.violations.clear()


def test_without_a_token_there_is_nothing(microsoft):
    for headers in ({}, {"Authorization": "Bearer made-up"}):
        answer = requests.get(f"{microsoft.graph.root}{DELTA}", headers=headers, timeout=60)
        assert answer.status_code == 401
