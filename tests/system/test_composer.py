# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing from a mailbox in the chatter, as people do it: in a browser, by a real server."""

import re

from playwright.sync_api import expect

from .browser import open_chatter
from .composer import COMPANY, QuickComposer, expect_posted

DANGER = re.compile("text-danger")
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


def test_who_has_no_mailbox_sees_nothing_new(new_mailbox, log_in):
    composer = QuickComposer(log_in("ben"), new_mailbox())
    composer.write("Hello")
    expect(composer.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    expect(composer.row).to_have_count(0)


def test_a_form_alone_asks_nothing(conversation, log_in):
    page = log_in("anna")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    composer = QuickComposer(page, conversation)
    expect(composer.sender).to_be_visible()
    before = asked.index(next(url for url in asked if "composer_senders" in url))
    assert any("/mail/data" in url for url in asked[:before])
    assert sum("composer_senders" in url for url in asked) == 1


def test_what_she_writes_in_is_in_sight(conversation, log_in):
    page = log_in("anna")
    open_chatter(page, conversation)
    top = page.get_by_role("button", name="Send message").bounding_box()["y"]
    page.set_viewport_size({"width": 1280, "height": round(top) + 130})
    composer = QuickComposer(page, conversation)
    expect(composer.subject).to_be_visible()
    expect(page.locator(".o-mail-Composer-input")).to_be_focused()
    expect(page.locator(".o-mail-Composer-input")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)


def test_an_answer_goes_on_from_where_the_mail_came_to(conversation, log_in, outbox):
    composer = QuickComposer(log_in("anna"), conversation)
    expect(composer.sender).to_have_value(f"Anna Lindqvist <{conversation.address}>")
    expect(composer.subject).to_have_value("Re: Offer")
    composer.send("We take it")
    [letter] = outbox.letters
    assert letter["From"] == f"Anna Lindqvist <{conversation.address}>"
    assert letter["To"] == f"Clara <{conversation.customer_address}>"
    assert letter["Subject"] == "Re: Offer"
    assert letter["In-Reply-To"] == conversation.message_id("Offer")
    text = letter.get_body(("plain",)).get_content()
    assert "We take it" in text and "Anna of Sales" in text


def test_another_mailbox_and_another_subject(conversation, other_mailbox, log_in, outbox):
    composer = QuickComposer(log_in("anna"), conversation)
    hint = composer.page.get_by_text("Only you will see this e-mail and its answers in Odoo.")
    expect(composer.sender).to_be_visible()
    expect(hint).to_have_count(0)
    composer.choose_by_keyboard(other_mailbox.address)
    expect(hint).to_be_visible()
    composer.choose_by_keyboard(COMPANY, opening="Enter")
    expect(hint).to_have_count(0)
    composer.choose_by_keyboard(other_mailbox.address)
    composer.subject.fill("Lunch?")
    composer.send("On Friday")
    [letter] = outbox.letters
    assert letter["From"] == f"Anna Lindqvist <{other_mailbox.address}>"
    assert letter["Subject"] == "Lunch?"
    assert letter["In-Reply-To"] is None


def test_a_picture_that_she_pasted_is_no_file_beside_it(conversation, log_in, outbox, office):
    office.user("anna").call(
        "res.partner",
        "message_post",
        [conversation.customer],
        body=f'<p>Our bridge <img src="data:image/png;base64,{PIXEL}"></p>',
        body_is_html=True,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=[conversation.customer],
        sync_sender_id=conversation.account,
    )
    message = expect_posted(open_chatter(log_in("anna"), conversation), "Our bridge")
    picture = message.locator(".o-mail-Message-body img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(message.locator(".o-mail-AttachmentContainer")).to_have_count(0)
    assert len(outbox.letters) == 1


def test_the_company(conversation, log_in, outbox, office):
    composer = QuickComposer(log_in("anna"), conversation)
    composer.choose(COMPANY)
    expect(composer.subject).to_have_count(0)
    composer.send("By the company")
    assert not outbox.letters
    query = "SELECT sync_sender_id FROM mail_message WHERE body LIKE '%%By the company%%'"
    assert office.sql(query) == [(None,)]


def test_no_subject(conversation, log_in, outbox):
    composer = QuickComposer(log_in("anna"), conversation)
    composer.subject.fill("  ")
    composer.write("We take it")
    composer.press_send()
    expect(composer.page.get_by_text("Please give this e-mail a subject.")).to_be_visible()
    expect(composer.subject).to_be_focused()
    assert not outbox.letters
    composer.subject.fill("Your offer")
    composer.send("We take it")
    assert [letter["Subject"] for letter in outbox.letters] == ["Your offer"]


def test_nobody_to_write_to_can_be_mended(conversation, log_in, outbox, office):
    office.user("anna").call("res.partner", "write", [conversation.customer], {"email": False})
    composer = QuickComposer(log_in("anna"), conversation)
    composer.page.locator(".o-mail-RecipientsInput .o_delete").click()
    composer.write("We take it")
    composer.press_send()
    dialog = composer.page.get_by_role("dialog")
    expect(dialog).to_contain_text("to whom this e-mail goes")
    dialog.get_by_role("button", name="Close").first.click()
    composer.choose(COMPANY)
    composer.send("We take it")
    assert not outbox.letters


def test_a_mailbox_in_trouble(conversation, log_in, outbox, office):
    office.sql(
        """UPDATE mail_sync_account SET state = 'stopped', error_reason = 'bad-credentials'
           WHERE id = %s RETURNING id""",
        conversation.account,
    )
    composer = QuickComposer(log_in("anna"), conversation)
    alert = composer.row.get_by_role("alert")
    expect(alert).to_contain_text(f"{conversation.address} needs attention")
    link = alert.get_by_role("link", name="Open the mailbox")
    expect(link).to_have_attribute("href", f"/odoo/mailboxes/{conversation.account}")
    composer.write("We take it")
    composer.press_send()
    notification = composer.page.locator(".o_notification")
    expect(notification).to_contain_text(f"{conversation.address} needs attention")
    assert not outbox.letters
    composer.choose(COMPANY)
    composer.send("We take it")


def test_why_it_was_not_sent(conversation, log_in, office):
    nobody = {"email": "nobody@ours.example"}
    office.user("anna").call("res.partner", "write", [conversation.customer], nobody)
    message = QuickComposer(log_in("anna"), conversation).send("Are you there?")
    message.locator(".o-mail-Message-notification.text-danger").click()
    reason = message.page.locator(".o-mail-MessageNotificationPopover")
    expect(reason).to_contain_text("127.0.0.1 does not take e-mails to nobody@ours.example.")


def test_it_is_tried_again_where_it_says_why(conversation, log_in, outbox, smtp):
    password = smtp.users.pop(conversation.address)
    message = QuickComposer(log_in("anna"), conversation).send("Are you there?")
    envelope = message.locator(".o-mail-Message-notification")
    expect(envelope).to_have_class(DANGER)
    envelope.click()
    popover = message.page.locator(".o-mail-MessageNotificationPopover")
    expect(popover).to_contain_text("does not accept the user name and password")
    again = popover.get_by_role("button", name="Try again")
    with message.page.expect_response(re.compile("action_sync_send_again")):
        again.click()
    expect(again).to_be_enabled()
    assert not outbox.letters
    smtp.users[conversation.address] = password
    again.click()
    expect(again).to_have_count(0)
    expect(popover).not_to_contain_text("does not accept")
    expect(envelope).not_to_have_class(DANGER)
    [letter] = outbox.letters
    assert letter["To"] == f"Clara <{conversation.customer_address}>"
    message.page.reload()
    expect(envelope).to_be_visible()
    expect(envelope).not_to_have_class(DANGER)


def test_a_colleague_is_offered_no_second_try(conversation, log_in, smtp):
    smtp.users.pop(conversation.address)
    QuickComposer(log_in("anna"), conversation).send("Are you there?")
    page = open_chatter(log_in("ben"), conversation)
    message = expect_posted(page, "Are you there?")
    message.locator(".o-mail-Message-notification.text-danger").click()
    popover = page.locator(".o-mail-MessageNotificationPopover")
    expect(popover).to_contain_text("Clara")
    expect(popover.get_by_role("button")).to_have_count(0)
