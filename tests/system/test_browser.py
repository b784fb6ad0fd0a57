# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people see of it, in a browser."""

import re
from base64 import b64decode
from email import message_from_bytes, policy

from playwright.sync_api import expect

from .browser import expect_mails, open_chatter
from .mailbox import body

_PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

_LINES = """element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length;
}"""

#: Whether the page has heard of synced mail, and of which contacts' it has told its parts.
_HEAR = """() => {
    const { env } = odoo.__WOWL_DEBUG__.root;
    for (const word of ["posted", "progress"]) {
        const hear = () => (window.heard = true);
        env.services.bus_service.subscribe(`mail_contact_sync/${word}`, hear);
    }
    window.told = new Set();
    env.bus.addEventListener("MAIL_CONTACT_SYNC:SYNCED_MAIL", ({ detail: places }) =>
        places.get("res.partner")?.forEach((id) => window.told.add(id))
    );
}"""
_HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_chatter_stands_in_the_order_of_the_dates(mailbox, log_in):
    days = {"third": 3, "first": 1, "fourth": 4, "second": 2}
    for subject, ago in days.items():
        mailbox.append(subject, hours=24 * ago)
    mailbox.read()
    expect_mails(open_chatter(log_in("anna"), mailbox), "first", "second", "third", "fourth")


def test_an_open_chatter_shows_what_arrives(office, mailbox, log_in):
    """New mail on top, and older mail, come late, in its place."""
    mailbox.append("yesterday's", hours=24)
    mailbox.read()
    page = open_chatter(log_in("anna"), mailbox)
    expect_mails(page, "yesterday's")
    figures = page.locator("button[name=action_view_sync_mails]")
    expect(figures).to_contain_text(re.compile(r"\b1\s+E-mail(?!s)"))
    phone = page.locator("[name=phone] input").first
    phone.fill("+32 2 123")
    phone.press("Tab")
    mailbox.deliver("today's")
    mailbox.append("last week's", hours=168)
    mailbox.sync()
    expect_mails(page, "today's", "yesterday's", "last week's")
    expect(figures).to_contain_text("3 E-mails")
    expect(phone).to_have_value("+32 2 123")
    page.locator(".o_form_button_save").click()
    saved = "SELECT 1 FROM res_partner WHERE id = %s AND phone = '+32 2 123'"
    office.wait_for(saved, mailbox.customer)


def hold_the_first_answer(page) -> list:
    """Keep a chatter waiting for its messages: the route and the answer, once that is there."""
    held = []

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/mail/thread/messages", hold)
    return held


def test_what_is_posted_while_a_chatter_is_read_again_stays(mailbox, log_in):
    mailbox.append("yesterday's", hours=24)
    mailbox.read()
    page = open_chatter(log_in("anna"), mailbox)
    expect_mails(page, "yesterday's")
    held = hold_the_first_answer(page)
    mailbox.deliver("An offer")
    with page.expect_request("**/mail/thread/messages"):
        mailbox.sync()
    while not held:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Log note").click()
    page.locator(".o-mail-Composer-input").fill("She called")
    page.get_by_role("button", name="Log", exact=True).click()
    note = page.locator(".o-mail-Message").filter(has_text="She called")
    expect(note).to_be_visible()
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect_mails(page, "An offer", "yesterday's")
    expect(note).to_be_visible()


def test_what_is_posted_while_a_chatter_is_read_for_the_first_time_is_shown(mailbox, log_in):
    mailbox.read()
    page = log_in("anna")
    held = hold_the_first_answer(page)
    open_chatter(page, mailbox)
    while not held:
        page.wait_for_timeout(50)
    page.evaluate(_HEAR)
    mailbox.deliver("today's")
    mailbox.sync()
    page.wait_for_function("id => window.told.has(id)", arg=mailbox.customer)
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect_mails(page, "today's")


def test_a_tab_that_nobody_sees_asks_for_nothing_until_it_is_looked_at(mailbox, log_in):
    mailbox.append("yesterday's", hours=24)
    mailbox.read()
    chatter = open_chatter(log_in("anna"), mailbox)
    expect_mails(chatter, "yesterday's")
    form = chatter.context.new_page()
    form.goto(f"/odoo/mailboxes/{mailbox.account}")
    expect(form.get_by_text("Up to date")).to_be_visible()
    asked = {chatter: [], form: []}
    for page in asked:
        page.evaluate(_HEAR)
        page.evaluate(_HIDE, True)
        page.on("request", lambda request: asked[request.frame.page].append(request.url))
    mailbox.deliver("today's")
    mailbox.sync()
    for page in asked:
        page.wait_for_function("window.heard")
        page.wait_for_timeout(2000)  # more than a second, after which it would ask
    assert asked == {chatter: [], form: []}
    for page in asked:
        page.evaluate(_HIDE, False)
    expect_mails(chatter, "today's", "yesterday's")
    expect(form.locator("button[name=action_view_ledger]")).to_contain_text("2")


def test_a_picture_in_the_text_is_no_file_beside_it(mailbox, log_in):
    mail = message_from_bytes(mailbox.letter("An offer"), policy=policy.default)
    mail.set_content(body("An offer"))
    mail.add_alternative(f'<p>{body("An offer")} <img src="cid:logo"></p>', "html")
    mail.get_payload()[1].add_related(_PIXEL, "image", "png", cid="<logo>", filename="logo.png")
    mail.add_attachment(_PIXEL, "image", "png", filename="machine.png")
    mailbox.client.append("INBOX", mail.as_bytes())
    mailbox.read()
    page = open_chatter(log_in("anna"), mailbox)
    letter = page.locator(".o-mail-Message").filter(has_text=body("An offer"))
    picture = letter.locator(".o-mail-Message-body img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    files = letter.locator(".o-mail-AttachmentList .o-mail-AttachmentContainer")
    expect(files).to_have_count(1)
    expect(files).to_have_attribute("title", "machine.png")


def test_a_row_of_the_list_opens_the_mail(mailbox, log_in):
    mailbox.append("An offer")
    mailbox.read()
    page = open_chatter(log_in("anna"), mailbox)
    page.locator("button[name=action_view_sync_mails]").click()
    page.get_by_role("cell", name="An offer").click()
    letter = page.frame_locator(".o_form_view iframe")
    expect(letter.get_by_text(body("An offer"))).to_be_visible()
    page.goto(f"/odoo/mailboxes/{mailbox.account}")
    page.locator("button[name=action_view_ledger]").click()
    page.get_by_role("cell", name="An offer").click()
    expect(letter.get_by_text(body("An offer"))).to_be_visible()


def test_colleagues_see_what_is_shared_and_only_that(office, mailbox, log_in):
    mailbox.append("An offer")
    mailbox.read()
    hers, his = (open_chatter(log_in(login), mailbox) for login in ("anna", "ben"))
    expect_mails(his, "An offer")
    only_me = {"visibility": "private"}
    office.user("anna").call("mail.sync.account", "write", [mailbox.account], only_me)
    his.reload()
    expect(his.get_by_text("Clara").first).to_be_visible()
    expect_mails(his)
    hers.reload()
    expect_mails(hers, "An offer")


def test_a_wide_table_breaks_no_number(mailbox, log_in):
    """It scrolls within its message."""
    mail = message_from_bytes(mailbox.letter("An offer"), policy=policy.default)
    cells = "".join(f"<td>1.{number}90,00</td>" for number in range(9))
    text = f"{body('An offer')}<table><tr>{cells}</tr></table>"
    mail.set_content(text, subtype="html")
    mailbox.client.append("INBOX", mail.as_bytes())
    mailbox.read()
    page = log_in("anna")
    page.set_viewport_size({"width": 390, "height": 844})
    cell = open_chatter(page, mailbox).get_by_role("cell", name="1.090,00")
    expect(cell).to_have_css("word-break", "normal")  # the style sheet comes by itself
    assert cell.evaluate(_LINES) == 1
    text = page.locator(".o-mail-Message-body div.overflow-x-auto")
    assert text.evaluate("text => text.scrollWidth > text.clientWidth")
