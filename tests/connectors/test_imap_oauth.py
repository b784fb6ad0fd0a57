# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's consent, its token, and with it into a real IMAP server."""

import logging
from contextlib import ExitStack
from dataclasses import replace

import pytest
from imap_mailbox import INBOX, failure, look, raw, read
from microsoft_imap import OutlookMailbox
from peers.tcp_proxy import TcpProxy
from peers.token_end import BYE, TokenEnd

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import AuthenticationFailed, SettingsError, TemporaryError


@pytest.fixture
def mailbox(outlook, microsoft):
    mailbox = OutlookMailbox(microsoft, outlook)
    microsoft.consent.refreshes = 0
    yield mailbox
    mailbox.client.logout()


def test_from_consent_to_mail(mailbox):
    mailbox.add("m1")
    with mailbox.connect() as connector:
        assert read(connector)[0] == ["m1"]
        assert connector.check().address == mailbox.user
    assert mailbox.microsoft.consent.refreshes == 0 and mailbox.stored == []


def test_a_token_that_has_ended_is_renewed_before_it_is_shown(mailbox):
    mailbox.add("m1")
    mailbox.age()
    old = mailbox.grant
    with mailbox.connect() as connector:
        assert read(connector)[0] == ["m1"]
    assert mailbox.microsoft.consent.refreshes == 1
    assert mailbox.stored == [mailbox.grant]
    assert mailbox.grant.refresh_token != old.refresh_token


def test_a_token_that_the_server_refuses_is_renewed_once(mailbox):
    mailbox.add("m1")
    mailbox.microsoft.consent.expire()
    assert mailbox.grant.is_fresh()
    with mailbox.connect() as connector:
        assert read(connector)[0] == ["m1"]
    assert mailbox.microsoft.consent.refreshes == 1 and len(mailbox.stored) == 1


@pytest.fixture
def ending(mailbox, outlook):
    """``ending(marker)`` has the session and its token end before the answer that holds that."""
    ends = []
    with ExitStack() as proxies:

        def ending(marker):
            ends.append(TokenEnd(marker, mailbox.microsoft.consent.expire))
            proxy = proxies.enter_context(TcpProxy(outlook.port, ends[-1]))
            mailbox.server = replace(mailbox.server, port=proxy.port)

        yield ending
    assert all(end.happened for end in ends)


def test_a_token_that_ends_in_mid_scan_costs_one_renewal_and_no_message(mailbox, ending):
    mailbox.add("m1", "m2", "m3", "m4")
    ending(b"* 2 FETCH")
    with mailbox.connect() as connector:
        assert read(connector, limit=1)[0] == ["m4", "m3", "m2", "m1"]
    assert mailbox.microsoft.consent.refreshes == 1 and len(mailbox.stored) == 1


def test_a_token_that_ends_while_messages_are_fetched(mailbox, ending):
    mailbox.add("m1", "m2")
    ending(b"BODY[] ")
    with mailbox.connect() as connector:
        refs = [each.ref for each in look(connector).envelopes]
        assert dict(connector.fetch(INBOX, refs)) == {refs[0]: raw("m2"), refs[1]: raw("m1")}
    assert mailbox.microsoft.consent.refreshes == 1 and len(mailbox.stored) == 1


def test_a_token_that_ends_while_folders_are_listed(mailbox, ending):
    ending(b"* LIST")
    with mailbox.connect() as connector:
        assert INBOX in connector.folders()
    assert mailbox.microsoft.consent.refreshes == 1


def test_a_permission_that_was_withdrawn_ends_it_in_mid_scan(mailbox, ending):
    mailbox.add("m1")
    ending(b"FETCH")
    with mailbox.connect() as connector:
        mailbox.microsoft.consent.revoke(mailbox.user)
        with pytest.raises(AuthenticationFailed) as caught:
            look(connector)
    assert caught.value.reason == reasons.GRANT_REVOKED


def test_a_server_that_ends_every_session_is_tried_again_later(mailbox, outlook):
    mailbox.add("m1")
    with TcpProxy(outlook.port, lambda data: BYE if b"FETCH" in data else data) as proxy:
        mailbox.server = replace(mailbox.server, port=proxy.port)
        error = failure(mailbox.connect())
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_DROPPED
    assert proxy.sent.count(b"AUTHENTICATE") == 2


def test_a_grant_that_was_revoked(mailbox):
    mailbox.microsoft.consent.revoke(mailbox.user)
    error = failure(mailbox.connect())
    assert type(error) is AuthenticationFailed and error.reason == reasons.GRANT_REVOKED
    assert mailbox.stored == []


def test_the_token_of_somebody_else_opens_no_mailbox(mailbox, outlook, microsoft):
    other = OutlookMailbox(microsoft, outlook)
    other.client.logout()
    mailbox.server = replace(mailbox.server, login=other.user)
    microsoft.consent.refreshes = 0
    error = failure(mailbox.connect())
    assert type(error) is AuthenticationFailed and error.reason == reasons.NOT_AUTHORISED
    assert microsoft.consent.refreshes == 1 and error.detail
    for grant in (mailbox.grant, *mailbox.stored):
        assert grant.access_token not in f"{error!r} {error.detail}"


def test_a_refresh_that_fails_is_told_as_it_is(mailbox):
    mailbox.age()
    mailbox.microsoft.consent.refuse_next("interaction_required", 50076)
    error = failure(mailbox.connect())
    assert error.reason == reasons.SECOND_FACTOR
    mailbox.microsoft.consent.answer_next(503, b"")
    error = failure(mailbox.connect())
    assert type(error) is TemporaryError


def test_no_token_is_logged(mailbox, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox.microsoft.consent.expire()
    first = mailbox.grant
    with mailbox.connect() as connector:
        read(connector)
    for secret in (first.access_token, mailbox.grant.access_token):
        assert secret not in caplog.text


def test_a_server_without_xoauth2(mailbox, dovecot):
    mailbox.server = replace(mailbox.server, port=dovecot.port)
    error = failure(mailbox.connect())
    assert type(error) is SettingsError and error.reason == reasons.LOGIN_NOT_OFFERED


def test_a_name_that_would_break_out(mailbox):
    mailbox.server = replace(mailbox.server, login="anna\1auth=Bearer x")
    assert failure(mailbox.connect()).reason == reasons.BAD_CREDENTIALS
