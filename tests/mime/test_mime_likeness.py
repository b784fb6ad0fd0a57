# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which mails of one Message-ID are copies of one mail."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mail_contact_sync.mime import Gist, are_copies, fingerprint, visible_lines

TEXT = (
    "<p>Dear Anna,</p><p>we offer 100 pieces for 2,500 EUR, to be paid within 30 days.</p>"
    "<p>Kind regards<br>Clara Customer, Customer &amp; Sons</p>"
)
WARNING = "<div>CAUTION: This e-mail came from outside. Open no link that you do not know.</div>"
LIST = "<br>_______________________________<br>offers mailing list, offers@list.test"


def gist(text=TEXT, **values) -> Gist:
    values = {"sender": "clara@customer.test", "reply_to": frozenset(), **values}
    values = {"date": datetime(2026, 1, 1, 12), "subject": "An offer", "files": {}, **values}
    return Gist(lines=visible_lines(text), **values)


def both_ways(one: Gist, other: Gist) -> bool:
    found = are_copies(one, other)
    assert are_copies(other, one) == found
    return found


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        WARNING + TEXT,
        TEXT + LIST,
        WARNING + TEXT + LIST,
        TEXT + "<p>Sent by way of a filter.</p>",
        # written otherwise
        TEXT.replace("<p>", "<div class='x'>").replace("</p>", "</div>\n\n"),
        TEXT.replace(" ", "\u00a0\n"),
        TEXT.replace("offer", "of<b>f</b>er<!-- x -->"),
    ],
)
def test_what_a_way_adds_makes_no_other_mail(text):
    assert both_ways(gist(), gist(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("100", "1000"),
        TEXT.replace("2,500", "25.00"),
        TEXT.replace("we offer", "we do not offer"),
        TEXT.replace("<p>Kind", "<p>Only if you pay at once.</p><p>Kind"),
        TEXT.replace("Sons", "Sons, who say no"),  # not on a line of its own
        TEXT + "<p>" + "By the way, all this is void. " * 9 + "</p>",  # longer than the text
        TEXT + LIST + "x" * 1000,
        "<p>Dear Anna,</p>",
        "<p>Dear Anna,</p>" + LIST,
    ],
)
def test_what_says_something_else_is_another_mail(text):
    assert not both_ways(gist(), gist(text))


def test_a_short_answer_with_a_footer_is_known_and_with_another_text_is_not():
    short = gist("<p>Yes</p>")
    assert both_ways(short, gist("<p>Yes</p>" + LIST))
    assert not both_ways(short, gist("<p>Yes</p><p>But not for us</p>"))
    assert not both_ways(gist(""), short)
    assert not both_ways(short, gist("<p>Yesterday</p>"))


def test_sender_subject_and_date_count():
    for other in (
        gist(sender="eve@evil.test"),
        gist(subject="An offer, withdrawn"),
        gist(date=datetime(2026, 1, 2, 12)),
    ):
        assert not both_ways(gist(), other)


def test_what_lists_make_of_sender_and_subject_does_not():
    munged = gist(
        sender="offers@list.test",
        reply_to=frozenset({"clara@customer.test"}),
        subject="[Offers]  An offer",
    )
    assert both_ways(gist(), munged)
    assert both_ways(gist(), gist(subject="*****SPAM***** An offer"))
    assert both_ways(gist(), gist(date=None))
    assert both_ways(gist(), gist(date=gist().date + timedelta(seconds=1)))


def test_a_link_that_leads_by_way_of_a_filter_is_the_same():
    link = '<p>Pay <a href="{0}">here</a>: {0}</p>'
    plain = gist(TEXT + link.format("https://bank.test/pay?a=1"))
    filtered = "https://x.filter.test/?url=https%3A%2F%2Fbank.test%2Fpay%3Fa%3D1&amp;data=05%7C"
    assert both_ways(plain, gist(TEXT + link.format(filtered)))
    assert not both_ways(plain, gist(TEXT + link.format("https://evil.test/pay?a=1")))
    assert not both_ways(gist('<a href="https://a.test">x</a>'), gist("<a>x</a>"))


def test_files_count():
    offer = gist(files={"offer": False})
    assert both_ways(offer, replace(offer))
    assert not both_ways(offer, gist())
    assert not both_ways(offer, gist(files={"forged": False}))


def test_pictures_of_a_footer_do_not_count():
    logo = {"logo": True}
    assert both_ways(gist(), gist(TEXT + LIST, files=logo))
    assert not are_copies(gist(), gist(files=logo)), "a picture may be all that a mail says"
    assert are_copies(gist(files=logo), gist())
    assert not both_ways(gist(), gist(TEXT + LIST, files={"offer": False}))


def test_line_ends_do_not_count_in_files():
    assert fingerprint(b"a\r\nb") == fingerprint(b"a\nb")
    assert fingerprint(b"a\nb") != fingerprint(b"a\nc")


def test_a_long_mail_of_short_lines_takes_no_time():
    many = gist("<br>a" * 20_000)
    assert both_ways(many, gist("<br>a" * 20_000 + "<br>b"))
    assert not both_ways(many, gist("<br>a" * 10_000 + "b" + "<br>a" * 10_000))
