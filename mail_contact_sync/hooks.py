# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What installing and removing the add-on does beyond its own tables."""

from odoo.tools import split_every

UNLINK_BATCH = 1_000


def post_init_hook(env):
    """Make the keys of the contacts that are there already."""
    env["mail.sync.vault"]._ensure_keys()
    env["mail.sync.contact.key"]._rebuild()


def uninstall_hook(env):
    """Shared mail stays, closed to portal users by core's rules; private mail goes.

    Core hides a message from portal users by its id only where it is a comment
    and internal, so that is what a shared message becomes.  The vault's key file
    stays: it belongs to all databases of the server, not to this one.
    """
    env.cr.execute("SELECT id FROM mail_message WHERE sync_access = 'private'")
    for ids in split_every(UNLINK_BATCH, [row[0] for row in env.cr.fetchall()]):
        env["mail.message"].browse(ids).unlink()
    # The company's e-mail would send what waits, in her name.
    mails = env["mail.mail"].search([("sync_account_id", "!=", False)])
    mails._sync_give_up(env["mail.sync.sentence"]._of_removed())
    mails.unlink()
    # The company's e-mail would send it, and everybody see it until then.
    env["mail.scheduled.message"].search([("sync_private", "=", True)]).unlink()
    env.cr.execute(
        """
        UPDATE mail_message SET message_type = 'comment', is_internal = TRUE, subtype_id = %s
        WHERE sync_access = 'shared'
        """,
        [env.ref("mail.mt_note").id],
    )
    # Odoo names what mail.thread brings to our model after the modules that it comes from,
    # and would leave those names behind.
    env.cr.execute(
        """
        DELETE FROM ir_model_data WHERE module <> 'mail_contact_sync' AND (
            starts_with(name, 'model_inherit__mail_sync_')
            OR starts_with(name, 'selection__mail_sync_')
        )
        """
    )
    env["ir.config_parameter"].search([("key", "=like", "mail\\_contact\\_sync.%")]).unlink()
