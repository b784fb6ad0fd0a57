# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTML that would keep Odoo's sanitizer busy for hours is shown as text, and kept as a file."""

import pytest
from mime_samples import names, part

from mail_contact_sync.mime import from_text, has_long_links, parse

ROWS = '<tr><td style="color:red; width: 3px">a</td><td class="b"><a href="//x.test">c</a></td>'


@pytest.mark.parametrize(
    "html",
    [
        '<p style="%s">Hello</p>' % ("a" * 100_000),
        "<p style='%s'>Hello</p>" % ("&#97;" * 100_000),
        "<p>Hello</p>" + '<a style="%s">b</a>' % ("url(" * 500) * 400,
        "<p>Hello</p>" + "<o:" * 50_000,
        "<p>Hello</p>" + "<!--[if " * 50_000,
        "<p>Hello</p>" + "<a " * 50_000 + ">",
        "<p>Hello</p><img src='data:image/png;base64,%s>" % ("\n" * 100_000),
        "<pre>Hello%s</pre>" % ("\n>a\nb" * 50_000),
        "<pre>Hello%s</pre>" % ("\n&gt;a\nb" * 50_000),
        "<p>Hello</p>" + "<p>x</p>" * 5000 + "<div class=gmail_extra></div>" + "<b>y</b>" * 5000,
        "<p>Hello</p><p>--\n<br></p>" + "<p>x</p>" * 10_000,
        "<p>Hello</p><div data-o-mail-quote=1></div>" + "<p>x</p>" * 10_000,
    ],
    ids=range(12),
)
def test_laborious_html_is_text_and_a_file(html):
    parsed = parse(part("text/html; charset=utf-8", html.encode()))
    assert not parsed.html
    assert "Hello" in parsed.text.splitlines()[0]
    assert names(parsed) == ["text.html"]
    assert parsed.attachments[0].content == html.encode()


@pytest.mark.parametrize(
    "html",
    [
        "<table>%s</table>" % (ROWS * 7000),
        "<div>%s<br>--\n<br>Clara</div>" % ("A line of text<br>" * 2500),
        "<div>%s</div>" % ("A line of text<br>" * 50_000),
        "<pre>%s</pre>" % ("\n> a line of text that was quoted\n\nand an answer" * 1000),
        "<p>Hello</p>" + "<blockquote>%s" % ("<p>--</p>" * 50) * 100,
        "<img src='data:image/png;base64,%s'>" % ("QUJD\n" * 100_000),
    ],
    ids=range(6),
)
def test_long_html_stays_html(html):
    parsed = parse(part("text/html; charset=utf-8", html.encode()))
    assert parsed.html
    assert not parsed.attachments


def test_many_quotes_beside_html_are_not_folded():
    quotes = "\n> a\nb" * 20_000
    assert "\n" not in from_text(quotes)
    assert "\n" in from_text(quotes[:1000])


def test_a_link_that_is_too_long_is_noticed():
    assert has_long_links("See https://" + "a" * 5000)
    assert not has_long_links("See https://a.test/" + "a" * 5000)
    assert not has_long_links("a" * 5000)
