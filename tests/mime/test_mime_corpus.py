# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail of real life: it is read, as expected, and as the index reads it."""

import json
import re

import pytest
from mime_samples import CORPUS, corpus, cpython_corpus, names, sound

from mail_contact_sync.connectors.headers import FIELDS, envelope

OURS = corpus()
CPYTHON = cpython_corpus()
#: By path: subject, sender, a line of the body (empty where there is none), names of files.
EXPECTED = json.loads((CORPUS.parent / "expected.json").read_text("utf-8"))

needs_cpython = pytest.mark.skipif(not CPYTHON, reason="this Python comes without its test data")


@pytest.mark.parametrize("path", OURS)
def test_corpus_is_sound(path):
    sound(OURS[path])


@needs_cpython
@pytest.mark.parametrize("name", CPYTHON)
def test_cpython_corpus_is_sound(name):
    sound(CPYTHON[name])


@pytest.mark.parametrize("path", EXPECTED)
def test_corpus_reads(path):
    subject, sender, line, files = EXPECTED[path]
    parsed = sound(OURS[path])
    assert (parsed.subject, parsed.sender, names(parsed)) == (subject, sender, files)
    body = parsed.html or parsed.text
    assert line in body if line else not body


@needs_cpython
@pytest.mark.parametrize(
    ("name", "start", "files"),
    [
        ("msg_01.txt", "\nHi,\n\nDo you like this message?", []),
        ("msg_04.txt", "a simple kind of mirror\nto reflect upon our own", ["msg.txt"]),
        ("msg_06.txt", "", ["testing.eml"]),
        ("msg_07.txt", "Hi there,\n\nThis is the dingus fish.", ["dingusfish.gif"]),
        ("msg_16.txt", "This report relates", ["delivery-status.txt", "[scr] yeah for Ians!!.eml"]),
        ("msg_25.txt", "The original message", ["delivery-status.txt", "headers.txt"]),
        ("msg_31.txt", "message 1\n\nmessage 2", []),
        ("msg_35.txt", "counter to RFC 2822, there's no separating newline here", []),
        ("msg_45.txt", "This is the signed contents.", []),
    ],
)
def test_cpython_corpus_reads(name, start, files):
    parsed = sound(CPYTHON[name])
    assert parsed.text.startswith(start)
    assert bool(parsed.text) == bool(start)
    assert names(parsed) == files


def as_served(raw: bytes) -> bytes:
    """The fields that the index asks a server for, as Dovecot answers."""
    head = re.split(rb"\n\r?\n", raw, maxsplit=1)[0]
    wanted = "|".join(FIELDS).encode()
    field = rb"^(?:%b)[ \t]*:.*\n?(?:[ \t].*\n?)*" % wanted
    return b"".join(re.findall(field, head + b"\n", re.MULTILINE | re.IGNORECASE)) + b"\r\n"


@pytest.mark.parametrize("path", OURS)
def test_message_and_index_agree(path):
    """The engine posts no message whose keys are not those that it was found by."""
    parsed = sound(OURS[path])
    indexed = envelope("ref", len(OURS[path]), None, as_served(OURS[path]))
    assert parsed.message_id == indexed.message_id
    assert parsed.in_reply_to == indexed.in_reply_to
    assert parsed.sender_address == indexed.sender
    assert parsed.addresses == set(indexed.addresses)
    assert parsed.date == indexed.sent
