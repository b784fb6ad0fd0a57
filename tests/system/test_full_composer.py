# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing from a mailbox in the full composer: in a browser, by a real server."""

from playwright.sync_api import expect

from .composer import COMPANY, FullComposer, QuickComposer
from .mailbox import body


def test_the_full_composer_takes_over(conversation, other_mailbox, log_in, outbox):
    quick = QuickComposer(log_in("anna"), conversation)
    quick.choose(other_mailbox.address)
    quick.subject.fill("Lunch?")
    quick.write("On Friday")
    full = quick.open_full()
    expect(full.sender).to_have_value(f"Anna Lindqvist <{other_mailbox.address}>")
    expect(full.subject).to_have_value("Lunch?")
    expect(full.body).not_to_contain_text("Anna of Sales")
    full.choose(conversation.address)
    expect(full.body).to_have_text("On Friday-- Anna of Sales")
    full.press("Send")
    expect(full.dialog).to_have_count(0)
    [letter] = outbox.letters
    assert letter["From"] == f"Anna Lindqvist <{conversation.address}>"
    assert letter["Subject"] == "Lunch?"
    assert letter.get_body(("plain",)).get_content().count("Anna of Sales") == 1


def test_what_she_wrote_below_the_signature_stays(conversation, log_in):
    quick = QuickComposer(log_in("anna"), conversation)
    quick.write("On Friday")
    full = quick.open_full()
    full.body.get_by_text("Anna of Sales").click()
    full.page.keyboard.press("End")
    full.page.keyboard.type(", at noon")
    full.choose(COMPANY)
    full.choose(conversation.address)
    expect(full.body).to_have_text("On Friday-- Anna of Sales, at noon")


def test_the_company_is_taken_over_too(conversation, log_in, outbox):
    quick = QuickComposer(log_in("anna"), conversation)
    quick.choose(COMPANY)
    quick.write("By the company")
    full = quick.open_full()
    expect(full.sender).to_have_value(COMPANY)
    full.press("Send")
    expect(full.dialog).to_have_count(0)
    assert not outbox.letters


def test_what_is_sent_later_leaves_from_the_mailbox(conversation, log_in, outbox, office):
    quick = QuickComposer(log_in("anna"), conversation)
    quick.write("On Friday")
    full = quick.open_full()
    full.schedule()
    expect(full.page.get_by_text("Scheduled Messages")).to_be_visible()
    assert not outbox.letters
    [[scheduled]] = office.sql("SELECT max(id) FROM mail_scheduled_message")
    office.user("anna").call("mail.scheduled.message", "post_message", [scheduled])
    [letter] = outbox.letters
    assert letter["From"] == f"Anna Lindqvist <{conversation.address}>"
    assert letter["Subject"] == "Re: Offer"


def test_reply_all_answers_that_mail(conversation, log_in, outbox):
    conversation.deliver("Later")
    conversation.sync()
    page = QuickComposer(log_in("anna"), conversation).page
    mail = page.locator(".o-mail-Message").filter(has_text=body("Offer"))
    mail.hover()
    mail.get_by_role("button", name="Reply All").click()
    full = FullComposer(page)
    expect(full.subject).to_have_value("Re: Offer")
    full.press("Send")
    expect(full.dialog).to_have_count(0)
    [letter] = outbox.letters
    assert letter["In-Reply-To"] == conversation.message_id("Offer")


def test_a_reply_that_is_sent_later_is_shown_at_once(conversation, log_in):
    page = QuickComposer(log_in("anna"), conversation).page
    mail = page.locator(".o-mail-Message").filter(has_text=body("Offer"))
    mail.hover()
    mail.get_by_role("button", name="Reply All").click()
    full = FullComposer(page)
    full.schedule()
    expect(full.dialog).to_have_count(0)
    expect(page.get_by_text("Scheduled Messages")).to_be_visible()


def test_what_she_sent_is_answered_and_forwarded_too(conversation, log_in, outbox):
    conversation.append(
        "Order",
        folder="Sent",
        sender=conversation.address,
        to=f"{conversation.customer_address}, sam@elsewhere.example",
    )
    conversation.sync()
    page = QuickComposer(log_in("anna"), conversation).page
    mail = page.locator(".o-mail-Message").filter(has_text=body("Order"))
    mail.hover()
    mail.get_by_role("button", name="Expand").click()
    page.get_by_role("menuitem", name="Forward").click()
    full = FullComposer(page)
    expect(full.subject).to_have_value("Fwd: Order")
    expect(full.body).to_contain_text(body("Order"))
    full.press("Discard")
    mail.hover()
    mail.get_by_role("button", name="Reply All").click()
    full = FullComposer(page)
    expect(full.subject).to_have_value("Re: Order")
    people = full.dialog.locator("[name=partner_ids]")
    expect(people).to_contain_text("sam@elsewhere.example")
    expect(people).not_to_contain_text("Anna")
    people.locator(".o_tag").filter(has_text="sam@").locator(".o_delete").click()
    full.press("Send")
    expect(full.dialog).to_have_count(0)
    [letter] = outbox.letters
    assert letter["To"] == f"Clara <{conversation.customer_address}>"
    assert letter["In-Reply-To"] == conversation.message_id("Order")
