# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files from the web, asked for on behalf of a user: what is let through, what is cut off."""

import pytest
from small_internet import OTHER, WEB, drip, hang

from mail_contact_sync.connectors import reasons
from mail_contact_sync.connectors.base import ConnectorError, TemporaryError
from mail_contact_sync.connectors.net.deadline import Deadline
from mail_contact_sync.connectors.net.fenced_http import MAX_ANSWER, MAX_REDIRECTS, get

SECRET = b"what only this machine may read"


@pytest.fixture
def web(internet):
    return internet.serve("a.example", "b.example")


def fetch(internet, url, seconds=5.0, **options):
    return get(url, internet.fence(**options), Deadline(seconds))


def refusal(internet, url, **options):
    with pytest.raises(ConnectorError) as caught:
        fetch(internet, url, **options)
    return caught.value


def test_a_file_is_fetched_from_the_address_that_was_found(internet, web):
    web.pages["a.example/x"] = b"hello"
    assert fetch(internet, "https://a.example/x?y=%40") == b"hello"
    assert web.requests == [("a.example", "/x?y=%40")]
    assert internet.reached == [(WEB, 443)]


def test_nothing_is_told_of_who_is_asking(internet, web):
    headers = {}

    def page(handler):
        headers.update(handler.headers)
        handler.answer(200, b"")

    web.pages["a.example/"] = page
    fetch(internet, "https://a.example")
    assert set(headers) == {"Host", "Accept-Encoding", "User-Agent", "Accept", "Connection"}
    assert headers["User-Agent"] == "mail_contact_sync"


@pytest.mark.parametrize(
    "url, reason",
    [
        ("http://a.example/x", reasons.ENCRYPTION_REQUIRED),
        ("file:///etc/passwd", reasons.NO_SETTINGS),
        ("ftp://a.example/x", reasons.ENCRYPTION_REQUIRED),
        ("https://user:word@a.example/x", reasons.NO_SETTINGS),
        ("https://a.example:8443/x", reasons.PORT_NOT_ALLOWED),
        ("https://a.example:x/", reasons.NO_SETTINGS),
        ("https://a..b/x", reasons.NO_SETTINGS),
        ("https://127.0.0.1/x", reasons.HOST_NOT_ALLOWED),
        ("https://169.254.169.254/latest/meta-data/", reasons.HOST_NOT_ALLOWED),
        ("https://[::1]/x", reasons.NO_SETTINGS),
    ],
)
@pytest.mark.parametrize("redirected", [False, True])
def test_urls_that_are_not_asked_for(internet, web, url, reason, redirected):
    """Nor where a server that may be asked sends us there."""
    web.pages["a.example/x"] = SECRET
    for address in ("127.0.0.1", "169.254.169.254"):
        internet.routes[address, 443] = web.port
    internet.routes[WEB, 8443] = internet.routes[WEB, 80] = web.port
    web.pages["b.example/go"] = url
    error = refusal(internet, "https://b.example/go" if redirected else url)
    assert error.reason == reason
    assert internet.reached == [(WEB, 443)] * redirected
    assert "word" not in str(error)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
@pytest.mark.parametrize("redirected", [False, True])
def test_names_that_lead_inside(internet, web, address, redirected):
    internet.serve("inside.example", address=address).pages["inside.example/"] = SECRET
    web.pages["a.example/"] = "https://inside.example/"
    error = refusal(internet, f"https://{'a' if redirected else 'inside'}.example/")
    assert error.reason == reasons.HOST_NOT_ALLOWED
    assert (address, 443) not in internet.reached
    assert fetch(internet, "https://inside.example/", allow_internal=True) == SECRET


def test_a_name_that_changes_its_address_between_check_and_connection(internet, web):
    web.pages["a.example/"] = b"outside"
    internet.serve("rebound.example", address="127.0.0.1").pages["rebound.example/"] = SECRET
    internet.dns.forget("A")
    internet.name(WEB, "a.example")
    internet.dns.successors["a.example"] = ["a.example. 0 IN A 127.0.0.1"]
    assert fetch(internet, "https://a.example/") == b"outside"
    assert internet.reached == [(WEB, 443)]


def test_a_name_that_changes_its_address_between_redirects(internet, web):
    web.pages["a.example/"] = "https://a.example/again"
    web.pages["a.example/again"] = SECRET
    internet.routes["127.0.0.1", 443] = web.port
    internet.dns.successors["a.example"] = ["a.example. 0 IN A 127.0.0.1"]
    assert refusal(internet, "https://a.example/").reason == reasons.HOST_NOT_ALLOWED
    assert internet.reached == [(WEB, 443)]


def test_redirects_are_followed_but_not_for_ever(internet, web):
    web.pages["a.example/0"] = "https://b.example/1"
    for number in range(1, MAX_REDIRECTS):
        web.pages[f"b.example/{number}"] = f"/{number + 1}"
    web.pages[f"b.example/{MAX_REDIRECTS}"] = b"there"
    assert fetch(internet, "https://a.example/0") == b"there"
    web.requests.clear()
    web.pages["a.example/loop"] = "https://a.example/loop"
    error = refusal(internet, "https://a.example/loop")
    assert error.reason == reasons.NO_SETTINGS and len(web.requests) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize("location", ["", "https://[", "//", "https://a.example\x7f/"])
def test_redirects_to_nowhere(internet, web, location):
    web.pages["a.example/"] = lambda handler: handler.answer(302, b"", Location=location)
    assert isinstance(refusal(internet, "https://a.example/"), ConnectorError)


@pytest.mark.parametrize("name", ["other.example", None])
def test_certificates_are_verified(internet, name):
    """One for another name, and one that nobody vouches for."""
    internet.serve(name or "a.example").pages["a.example/"] = b"hello"
    if name:
        internet.name(WEB, "a.example")
    else:
        internet.trust = None  # the system's
    assert refusal(internet, "https://a.example/").reason == reasons.CERTIFICATE


@pytest.mark.parametrize("status", [204, 401, 404, 500])
def test_answers_without_a_file(internet, web, status):
    web.pages["a.example/"] = status
    reason = reasons.SERVER_UNAVAILABLE if status == 500 else reasons.NO_SETTINGS
    assert refusal(internet, "https://a.example/").reason == reason


def long_body(handler):
    handler.answer(200, b"x" * (MAX_ANSWER + 1))


def endless_body(handler):
    handler.send_response(200)
    handler.end_headers()
    while not handler.stopped.is_set():
        handler.wfile.write(b"x" * 65536)


def endless_chunks(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.stopped.is_set():
        handler.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


def endless_preliminaries(handler):
    while not handler.stopped.is_set():
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("page", [long_body, endless_body, endless_chunks, endless_preliminaries])
def test_too_much_is_not_read(internet, web, page):
    web.pages["a.example/"] = page
    error = refusal(internet, "https://a.example/", seconds=30)
    assert error.reason == reasons.NO_SETTINGS and "long" in error.detail


def test_a_length_that_is_claimed_takes_no_memory(internet, web):
    def boast(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(1 << 62))
        handler.end_headers()
        handler.wfile.write(b"little")

    web.pages["a.example/"] = boast
    assert fetch(internet, "https://a.example/") == b"little"


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.stopped.wait(0.05):
        handler.wfile.write(b"X-Y: z\r\n")


@pytest.mark.parametrize("page", [hang, drip, drip_headers])
def test_a_server_that_takes_its_time_is_cut_off(internet, web, page):
    """However often it says a little: the limit is on all of it."""
    web.pages["a.example/"] = page
    error = refusal(internet, "https://a.example/", seconds=0.5)
    assert isinstance(error, TemporaryError) and error.reason == reasons.CONNECTION_TIMEOUT


def test_the_time_is_one_for_all_redirects(internet, web):
    def slow(handler):
        handler.stopped.wait(0.3)
        handler.answer(302, b"", Location="/")

    web.pages["a.example/"] = slow
    error = refusal(internet, "https://a.example/", seconds=0.5)
    assert error.reason == reasons.CONNECTION_TIMEOUT


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)
def test_what_is_no_http_is_nothing(internet, web, said):
    web.pages["a.example/"] = lambda handler: handler.wfile.write(said)
    assert isinstance(refusal(internet, "https://a.example/"), ConnectorError)


def test_the_second_address_serves_where_the_first_does_not(internet, web):
    web.pages["a.example/"] = b"hello"
    internet.name(OTHER, "a.example")
    assert fetch(internet, "https://a.example/") == b"hello"
