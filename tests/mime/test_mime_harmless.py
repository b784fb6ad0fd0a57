# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a mail may do on the page that shows it: nothing."""

import pytest

from mail_contact_sync.mime import harmless

OWN, HOSTS = {"/web/image/7"}, {"odoo.test"}


def loaded(source: str) -> bool:
    """Whether a picture from ``source``, as it stands in an attribute, is still asked for."""
    answers = {
        f'<img src="{source}">' == harmless(f'<img src="{source}">', OWN, HOSTS),
        "url(" in harmless(f'<p style="background-image:url({source})">', OWN, HOSTS),
    }
    return True in answers


@pytest.mark.parametrize(
    "source",
    [
        *("/web/session/logout", "web/session/logout", "?a", "#a", "", "x.png", "/web/image/8"),
        *("https:web/session/logout", "https:/web/session/logout", "https:///odoo.test/x"),
        *("//odoo.test/x", "https://odoo.test/x", "HTTP://ODOO.test:8069/x", "http://odoo.test./x"),
        *("https://user@odoo.test/x", "https://odoo%2Etest/x", "https://%EF%BD%8Fdoo.test/x"),
        *("https://od%C2%ADoo.test/x", "https:%5C%5Codoo.test/x", "https://odoo.test\\x"),
        *("https://odoo.test/web/image/../session/logout", "https://odoo.test/logo/../web/x"),
        *("https://odoo.test/web/image/%2e%2E/session/logout", "https://other.test/web/session/x"),
        *("http://127.0.0.1/x", "http://2130706433/x", "http://0x7f.1/x", "http://[::1]/x"),
        *("http://router/reboot", "ftp://files.test/x", "file:///etc/passwd", "javascript:x()"),
    ],
)
def test_to_read_a_mail_asks_nothing_of_ones_own_network(source):
    assert not loaded(source)


@pytest.mark.parametrize(
    "source",
    [
        "https://shop.test/logo.png",
        "//shop.test:8443/logo.png?width=100&amp;height=50",
        "http://m%C3%BCller.test/a/../logo.png",
        "https://odoo.test/web/image/9?access_token=abc",
        "https://odoo.test/logo.png?company=1",
        "https://odoo.test/mail/static/src/img/x.png",
    ],
)
def test_pictures_of_others_are_shown_and_what_odoo_shows_to_all(source):
    assert loaded(source)


def test_its_own_pictures_are_shown():
    for source in ("/web/image/7", "data:image/png;base64,AAAA"):
        assert harmless(f'<img src="{source}">', OWN) == f'<img src="{source}">'


@pytest.mark.parametrize("link", ["/odoo/settings", "#x", "?debug=1", "https:odoo", "x.html", ""])
def test_a_relative_link_leads_nowhere(link):
    assert harmless(f'<a href="{link}">See</a>') == "<a>See</a>"


@pytest.mark.parametrize(
    "link", ["https://odoo.test/odoo/1?a=1&amp;b=2", "//a.test", "mailto:a@b.test", "tel:+49"]
)
def test_a_link_to_somewhere_stays(link):
    assert harmless(f'<a href="{link}">See</a>') == f'<a href="{link}">See</a>'


def test_no_name_is_taken_for_one_of_odoo():
    names = 'class="o_mail_redirect fixed-top" id="x" name="y" accesskey="s" tabindex="1"'
    data = 'data-oe-model="res.partner" data-oe-id="3" data-embedded="toc" data-bs-toggle="x"'
    assert harmless(f"<span {names} {data} title='>'>Hi</span>") == "<span title='>'>Hi</span>"


def test_a_link_opens_beside_odoo_and_cannot_reach_back():
    link = '<a href="https://a.test" target="frame" rel="opener">'
    assert harmless(link) == '<a href="https://a.test" target="_blank">'


def test_looks_and_quotes_stay():
    for tag in (
        """<td style='font-family:"Segoe UI"; color:red' width="3" nowrap>""",
        '<div data-o-mail-quote="1" dir="rtl">',
        "<p style=\"background-image:url('https://a.test/b.png'); color:red\">",
    ):
        shown = harmless(tag).replace("&#x27;", "'")
        assert shown == tag


@pytest.mark.parametrize(
    "value",
    [
        *("image-set('/a' 1x)", "/**/url(/a)", r"u\72l(/a)", "url(https://a.test/b) , url(/c)"),
        *("url('https://a.test/b)", "url(https://a.test/\\2e)", "src(&quot;/a&quot;)"),
    ],
)
def test_a_background_that_is_no_plain_address_is_left_out(value):
    shown = harmless(f'<p style="color:red; background-image:{value}; width:1px">')
    assert shown == '<p style="color:red; width:1px">'


def test_text_that_looks_like_a_tag_is_text():
    text = '<p>Write src="/x" or &lt;img src="/x"&gt;</p>'
    assert harmless(text) == text


def test_a_background_that_stays_brings_no_attribute_along():
    before = '<p style="background-image:url(https://a.test/b.png); color:&quot; onclick=&quot;x">'
    assert harmless(before) == before
