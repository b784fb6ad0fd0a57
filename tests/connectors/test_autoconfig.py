# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading what a provider publishes, be it well meant or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_internet import config, config_of, server_xml

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import SettingsError
from mail_contact_sync.connectors.discovery.autoconfig import ispdb_url, parse, urls
from mail_contact_sync.connectors.discovery.settings import Address, Endpoint, Settings

ANNA = Address.parse("Anna+x@y.example")
LOGINS = ("Anna+x@y.example", "Anna+x")
NOTHING = reasons.NO_SETTINGS


def imap(*arguments, **options):
    return server_xml("imap", *arguments, **options)


def smtp(*arguments, **options):
    return server_xml("smtp", *arguments, **options)


def read(*servers):
    return parse(config(*servers), ANNA)


def refusal(document):
    with pytest.raises(SettingsError) as caught:
        parse(document, ANNA)
    return caught.value


# What is taken -------------------------------------------------------------------


def test_both_servers():
    assert parse(config_of("mail.y.example"), ANNA) == Settings(
        Endpoint("mail.y.example", 993, "tls", LOGINS),
        Endpoint("mail.y.example", 465, "tls", LOGINS),
    )


def test_tls_from_the_start_is_preferred_else_the_first():
    found = read(
        imap("a.example", 143, "STARTTLS"),
        imap("b.example", 993),
        imap("c.example", 993),
        smtp("d.example", 587, "STARTTLS"),
        smtp("e.example", 588, "STARTTLS"),
    )
    assert (found.imap.host, found.imap.security) == ("b.example", "tls")
    assert (found.smtp.host, found.smtp.security) == ("d.example", "starttls")


@pytest.mark.parametrize(
    "pattern, logins",
    [
        ("%EMAILADDRESS%", LOGINS),
        ("%EMAILLOCALPART%", ("Anna+x", "Anna+x@y.example")),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", ("Anna+x.y.example", *LOGINS)),
        ("web12p3", ("web12p3", *LOGINS)),
        ("%REALNAME%", LOGINS),
        ("a\x85b", LOGINS),
        ("", LOGINS),
    ],
)
def test_user_names(pattern, logins):
    document = config(imap("mail.y.example", 993, login=pattern or " "))
    assert parse(document, ANNA).imap.logins == logins


def test_hosts_may_be_made_of_the_domain():
    assert read(imap("imap.%EMAILDOMAIN%", 993)).imap.host == "imap.y.example"


def test_the_password_as_it_is_suffices_among_other_ways():
    assert read(imap("a.example", 993, ways=("OAuth2", "password-cleartext"))).imap
    assert read(imap("a.example", 993, ways=("plain",))).imap


def test_name_spaces_comments_and_other_encodings():
    document = (
        b"<?xml version='1.0' encoding='ISO-8859-1'?><!-- x --><?y z?>"
        b"<clientConfig xmlns='https://z.example/'><emailProvider><displayName>M\xfcller"
        b"</displayName><!-- x -->%s</emailProvider></clientConfig>"
    )
    assert parse(document % imap("a.example", 993), ANNA).imap.host == "a.example"


def test_a_byte_order_mark():
    assert parse(b"\xef\xbb\xbf" + config_of("a.example"), ANNA).imap


def test_hosts_of_another_script():
    document = config(imap("imap.müller.example", 993))
    assert parse(document, ANNA).imap.host == "imap.xn--mller-kva.example"


# What is not ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "server",
    [
        imap("a.example", 143, "plain"),
        imap("a.example", 143, ""),
        imap("a.example", 993, ways=("password-encrypted",)),
        imap("a.example", 993, ways=()),
        imap("a.example", 0),
        imap("a.example", 65536),
        imap("a.example", -1),
        imap("a.example", "9" * 5000),
        imap("a.example", "٩٩٣"),
        imap("", 993),
        imap("a b", 993),
        imap("%REALNAME%.example", 993),
        imap("a.example/x", 993),
    ],
)
def test_servers_that_are_not_usable(server):
    assert read(server) == Settings(None, reason=NOTHING)
    assert read(server, imap("b.example", 993)).imap.host == "b.example"


def test_pop3_is_never_taken():
    pop3 = server_xml("pop3", "pop.example", 995)
    assert read(pop3, smtp("a.example", 465)) == Settings(None, reason=reasons.POP3_ONLY)
    assert read(pop3, imap("b.example", 993)).imap.host == "b.example"


def test_oauth_alone_is_told():
    found = read(imap("a.example", 993, ways=("OAuth2",)), server_xml("pop3", "b.example", 995))
    assert found == Settings(None, reason=reasons.PASSWORD_LOGIN_DISABLED)


def test_no_way_to_send_is_no_reason_to_lose_the_mailbox():
    found = read(imap("a.example", 993), smtp("a.example", 25, "plain"))
    assert found.imap and found.smtp is None


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"hello",
        b"<html><body>not here</body></html>",
        b"<clientConfig>",
        b"\x00\x01",
        b"<clientConfig>" * 5000,
        "<clientConfig/>".encode("utf-16"),
    ],
)
def test_what_is_no_settings_file(document):
    assert refusal(document).reason == NOTHING


def test_an_empty_file():
    assert read() == Settings(None, reason=NOTHING)
    assert parse(b"<clientConfig/>", ANNA) == Settings(None, reason=NOTHING)


# Entities ------------------------------------------------------------------------


def with_document_type(declarations: str, host: str) -> bytes:
    return (
        f"<!DOCTYPE clientConfig {declarations}>".encode()
        + config(imap(host, 993)).partition(b"?>")[2].lstrip()
    )


def test_entities_that_grow():
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    document = with_document_type(f'[<!ENTITY e0 "ha">{levels}]', "&e9;")
    assert refusal(document).detail == "document type"


@pytest.mark.parametrize("where", ["file:///etc/hostname", "http://127.0.0.1:1/"])
@pytest.mark.parametrize(
    "kind", ['[<!ENTITY x SYSTEM "{}">]', '[<!ENTITY % x SYSTEM "{}"> %x;]', 'SYSTEM "{}"']
)
def test_entities_and_document_types_from_elsewhere(where, kind):
    assert refusal(with_document_type(kind.format(where), "&x;")).detail == "document type"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_a_document_type_cannot_hide_behind_an_encoding(tmp_path, encoding):
    (tmp_path / "host").write_text("secret.example")
    body = with_document_type(f'[<!ENTITY x SYSTEM "file://{tmp_path}/host">]', "&x;")
    document = f"<?xml version='1.0' encoding='{encoding}'?>" + body.decode()
    assert refusal(document.encode(encoding)).reason == NOTHING


def test_entities_that_nobody_declared():
    assert refusal(config(imap("&x;", 993))).reason == NOTHING


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_nothing_else(rubbish):
    for document in (rubbish, config(rubbish)):
        try:
            parse(document, ANNA)
        except SettingsError as error:
            assert error.reason == NOTHING


# Who is asked, and learns what ---------------------------------------------------


def test_the_address_is_told_to_one_host_alone():
    first, second = urls(ANNA)
    assert first == (
        "https://autoconfig.y.example/mail/config-v1.1.xml?emailaddress=Anna%2Bx@y.example"
    )
    assert second == "https://y.example/.well-known/autoconfig/mail/config-v1.1.xml"


def test_the_data_base_learns_the_domain():
    assert ispdb_url("https://z.example/v1.1/", ANNA) == "https://z.example/v1.1/y.example"


def test_characters_that_mean_something_in_a_url():
    address = Address.parse("a&b=#?/%c@y.example")
    assert urls(address)[0].endswith("?emailaddress=a%26b%3D%23%3F%2F%25c@y.example")
