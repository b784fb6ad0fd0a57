# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Writing from a mailbox, as people do it: in a browser, by a real server."""

import pytest
from playwright.sync_api import expect

from .composer import COMPANY, FullComposer, Outbox, QuickComposer
from .conftest import MAILBOXES
from .mailbox import body
from .office import PASSWORD


@pytest.fixture(scope="module")
def smtp(sandbox, dovecot):
    users = [f"user{number}@ours.example" for number in range(MAILBOXES)]
    return sandbox.smtp(dovecot, dict.fromkeys(users, PASSWORD))


@pytest.fixture
def outbox(smtp):
    return Outbox(smtp)


@pytest.fixture
def new_sender(new_mailbox, office, addresses, smtp):
    """``new_sender()`` is a mailbox from which can be written to a customer who has one, too."""

    def new(**values):
        mailbox = new_mailbox()
        mailbox.customer_address = next(addresses)
        customer = {"email": mailbox.customer_address}
        office.user("anna").call("res.partner", "write", [mailbox.customer], customer)
        server = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "none"}
        mailbox.account = office.connect("anna", mailbox.address, **server, **values)
        return mailbox

    return new


@pytest.fixture
def conversation(new_sender, office):
    """A mailbox to which the customer has written about an offer."""
    mailbox = new_sender(signature="<p>Anna of Sales</p>")
    mailbox.deliver("Offer")
    mailbox.sync()
    return mailbox


@pytest.fixture
def other(new_sender, conversation):
    """Another mailbox of the same owner, which she keeps to herself."""
    return new_sender(visibility="private")


# The quick composer -------------------------------------------------------------------


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


def test_another_mailbox_and_another_subject(conversation, other, log_in, outbox):
    composer = QuickComposer(log_in("anna"), conversation)
    hint = composer.page.get_by_text("Only you will see this e-mail and its answers in Odoo.")
    expect(composer.sender).to_be_visible()
    expect(hint).to_have_count(0)
    composer.choose_by_keyboard(other.address)
    expect(hint).to_be_visible()
    composer.subject.fill("Lunch?")
    composer.send("On Friday")
    [letter] = outbox.letters
    assert letter["From"] == f"Anna Lindqvist <{other.address}>"
    assert letter["Subject"] == "Lunch?"
    assert letter["In-Reply-To"] is None


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


# The full composer --------------------------------------------------------------------


def test_the_full_composer_takes_over(conversation, other, log_in, outbox):
    quick = QuickComposer(log_in("anna"), conversation)
    quick.choose(other.address)
    quick.subject.fill("Lunch?")
    quick.write("On Friday")
    full = quick.open_full()
    expect(full.sender).to_have_value(f"Anna Lindqvist <{other.address}>")
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
