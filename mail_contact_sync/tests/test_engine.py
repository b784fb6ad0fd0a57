# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from ..connectors.base import MessageError
from .common import MemoryFetch, SyncCase


class TestEngine(SyncCase):
    def test_received_and_sent_mail_stands_in_the_chatter(self):
        self.arrive(self.mail(subject="Question", days=3))
        self.arrive(
            self.mail("Anna <anna@ours.test>", "clara@customer.test", subject="Answer", days=2),
            "Sent",
        )
        self.sync()
        received, sent = self.synced()
        self.assertEqual(received.subject, "Question")
        self.assertEqual(received.message_type, "email")
        self.assertEqual(received.author_id, self.customer)
        self.assertEqual(sent.subject, "Answer")
        self.assertEqual(sent.message_type, "email_outgoing")
        self.assertEqual(sent.author_id, self.anna.partner_id)
        self.assertEqual(received.date.date(), (datetime.now() - timedelta(days=3)).date())

    def test_mail_with_nobody_known_is_never_fetched(self):
        self.arrive(self.mail("Stranger <x@elsewhere.test>"))
        self.sync()
        self.assertFalse(self.mailbox.fetched)
        self.assertEqual(self.account.envelope_count, 1)

    def test_running_again_changes_nothing(self):
        self.arrive(self.mail())
        self.sync()
        before = self.synced()
        self.sync()
        self.assertEqual(self.synced(), before)
        self.assertEqual(len(before), 1)

    def test_the_same_mail_in_two_folders_stands_once(self):
        raw = self.mail()
        self.arrive(raw)
        self.arrive(raw, "Archive")
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_mail_without_message_id_in_two_folders_stands_once(self):
        raw = self.mail(message_id=None)
        self.arrive(raw)
        self.arrive(raw, "Archive")
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_two_mails_without_message_id_of_one_second_both_stand(self):
        now = datetime.now(timezone.utc)
        for subject in ("First", "Other"):
            raw = self.mail(message_id=None, subject=subject)
            self.mailbox.add("INBOX", raw, now)
        self.sync()
        self.assertEqual(sorted(self.synced().mapped("subject")), ["First", "Other"])

    def test_mail_without_message_id_in_two_mailboxes_stands_once(self):
        raw = self.mail(message_id=None, to="anna@ours.test, ben@ours.test")
        self.arrive(b"Received: from one\n" + raw)
        _account, other = self._second_account(self.ben)
        self.arrive(b"Received: from another, which is longer\n" + raw, mailbox=other)
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_colleagues_with_the_same_mail_have_it_once(self):
        raw = self.mail(to="anna@ours.test, ben@ours.test")
        self.arrive(raw)
        account, other = self._second_account(self.ben)
        self.arrive(raw, mailbox=other)
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(account.posted_count, 1)

    def test_every_contact_of_a_mail_gets_it(self):
        other = self.env["res.partner"].create({"name": "Otto", "email": "otto@customer.test"})
        self.arrive(self.mail(to="anna@ours.test", cc="Otto <OTTO@customer.test>"))
        self.sync()
        self.assertEqual(len(self.synced()), 1)
        self.assertEqual(len(self.synced(other)), 1)
        self.assertEqual(self.synced(other).author_id, self.customer)

    def test_mail_among_colleagues_stays_out(self):
        self.arrive(self.mail("Ben <ben@ours.test>"))
        self.sync()
        self.assertFalse(self.synced(self.ben.partner_id))
        self.assertFalse(self.mailbox.fetched)

    def test_mail_from_before_the_window_stays_out(self):
        self.arrive(self.mail(days=240))
        self.sync()
        self.assertFalse(self.synced())
        self.assertEqual(self.account.envelope_count, 0)

    def test_a_reply_hangs_on_its_parent_whichever_came_first(self):
        parent = self.mail(subject="Q", message_id="<q@customer.test>", days=5)
        reply = self.mail(
            "anna@ours.test",
            "clara@customer.test",
            subject="Re: Q",
            message_id="<a@ours.test>",
            in_reply_to="<q@customer.test>",
        )
        self.arrive(reply, "Sent")
        self.sync()
        self.arrive(parent)
        self.sync()
        parent, reply = self.synced()
        self.assertEqual(reply.parent_id, parent)

    def test_nothing_is_sent_followed_or_notified(self):
        tables = ("mail_mail", "mail_notification", "mail_followers", "mail_activity")

        def rows():
            self.env.flush_all()
            counts = []
            for table in tables:
                self.env.cr.execute(f"SELECT count(*) FROM {table}")  # pylint: disable=sql-injection
                counts.append(self.env.cr.fetchone()[0])
            return counts

        self.customer.message_subscribe(self.ben.partner_id.ids)
        before = rows()
        self.arrive(self.mail())
        self.sync()
        self.assertTrue(self.synced())
        self.assertEqual(rows(), before)

    def test_what_another_lane_queues_in_the_last_moment_is_not_left_for_the_next_time(self):
        self.arrive(self.mail("nina@new.test"))
        self.sync()
        engine = type(self.env["mail.sync.engine"])
        rest, contacts = engine._rest, []

        def rest_late(engine, account):
            if not contacts:
                contacts.append(
                    engine.env["res.partner"].create({"name": "Nina", "email": "nina@new.test"})
                )
                engine.env["mail.sync.match"]._match_contacts()
            rest(engine, account)

        with patch.object(engine, "_rest", rest_late):
            self.sync()
        self.assertEqual(len(self.synced(contacts[0])), 1)

    # Cursors ----------------------------------------------------------------

    def test_an_expired_cursor_reads_the_folder_anew(self):
        self.arrive(self.mail(subject="One"))
        self.sync()
        self.mailbox.validity["INBOX"] = 2
        self.arrive(self.mail(subject="Two", days=2))
        self.sync()
        self.assertEqual(set(self.synced().mapped("subject")), {"One", "Two"})
        self.assertEqual(len(self.synced()), 2)

    def test_the_fourth_expired_cursor_in_a_row_stops(self):
        self.arrive(self.mail())
        self.sync()
        for validity in (2, 3, 4):
            self.mailbox.validity["INBOX"] = validity
            self.sync()
            self.assertEqual(self.account.state, "active")
        self.mailbox.validity["INBOX"] = 5
        self.sync()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("renumbering", self.account.error_message)

    def test_what_a_killed_run_had_only_stored_is_matched_by_the_next(self):
        del self.mailbox.mail["Sent"]  # else its first page would have all matched
        self.arrive(self.mail())

        def killed_once_it_is_stored(match, account):
            if account.envelope_count:
                raise RuntimeError("killed")

        match = type(self.env["mail.sync.match"])
        with (
            patch.object(match, "_match_envelopes", killed_once_it_is_stored),
            self.assertLogs("odoo.addons.mail_contact_sync.models.mail_sync_policy", "ERROR"),
        ):
            self.sync()
        self.assertEqual(self.account.envelope_count, 1)
        self.assertFalse(self.synced())
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_where_one_folder_holds_all_mail_the_others_are_not_read(self):
        """As at Gmail, where they are its labels."""
        self.mailbox.roles = {**self.mailbox.roles, "All Mail": "all"}
        labelled = self.mail(subject="Labelled")
        for folder in ("INBOX", "Project", "All Mail"):
            self.arrive(labelled, folder)
        self.arrive(self.mail(subject="Archived", days=2), "All Mail")
        self.sync()
        enabled = self.account.folder_ids.filtered("enabled")
        self.assertEqual(enabled.mapped("name"), ["All Mail"])
        self.assertEqual(self.account.folder_ids.mapped("scanned"), [2, 0, 0, 0])
        self.assertEqual(self.synced().mapped("subject"), ["Archived", "Labelled"])

    def test_what_the_server_will_not_show_is_counted_once(self):
        self.arrive(self.mail())
        self.arrive(self.mail("Stranger <x@elsewhere.test>"))
        changes = self.mailbox.changes

        def change(folder, *args):
            page = changes(folder, *args)
            shown = tuple(each for each in page.envelopes if each.ref != hidden.ref)
            return replace(page, envelopes=shown, failed=(hidden,) if folder.ref == "INBOX" else ())

        self.mailbox.changes = change
        for validity in (1, 2):
            self.mailbox.validity["INBOX"] = validity
            hidden = MessageError("message-unreadable", ref=f"{validity}.2")
            self.sync()
            self.assertEqual(self.account.unreadable_count, 1)
            self.assertEqual(self.account.envelope_count, 2)
        self.assertEqual(len(self.synced()), 1)

    def test_a_vanished_folder_is_greyed_and_the_others_go_on(self):
        self.arrive(self.mail(subject="One"), "Project")
        self.sync()
        del self.mailbox.mail["Project"]
        self.arrive(self.mail(subject="Two"))
        self.sync()
        folder = self.account.folder_ids.filtered(lambda folder: folder.name == "Project")
        self.assertTrue(folder.gone)
        self.assertEqual(len(self.synced()), 2)

    def test_a_message_that_moves_before_it_is_fetched_is_found_where_it_went(self):
        raw = self.mail()
        self.arrive(raw)
        fetch = MemoryFetch(self.mailbox, raw)
        with patch.object(self.mailbox, "fetch", fetch):
            self.sync()
        self.sync()
        self.assertEqual(len(self.synced()), 1)

    def test_what_a_server_hands_out_in_its_place_is_not_posted(self):
        self.arrive(self.mail())
        private = self.mail(
            "Doctor <d@clinic.test>", subject="Private", message_id="<p@clinic.test>"
        )
        with patch.object(
            self.mailbox, "fetch", lambda folder, refs, limit=None: ((ref, private) for ref in refs)
        ):
            self.sync()
        self.assertFalse(self.synced())
        self.assertEqual(self.account.skipped_count, 1)
