# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Dovecot that takes Microsoft's access tokens, as outlook.office365.com does."""

import subprocess
from pathlib import Path

#: A token is good if whoever issued it tells whose it is, and it is the user's who logs in, or
#: the one's who may open the mailbox.
_OAUTH2 = """introspection_mode = auth
introspection_url = {url}/v1.0/me
username_attribute = {attribute}
"""
_ATTRIBUTES = {"oauth2.conf": "mail", "reader.conf": "opens"}
_SETTINGS = {
    "2.3": """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/reader.conf
}}
""",
    "2.4": """
auth_mechanisms = plain login xoauth2
oauth2 {{
{oauth2}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2
}}
""",
}


def dialect() -> str:
    """Of Dovecot's configuration.  In that of 2.4 a mailbox opens to its own user alone here."""
    version = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True)
    return "2.3" if version.stdout.startswith("2.3.") else "2.4"


def settings(microsoft_url: str, folder: Path) -> str:
    """The lines for Dovecot's configuration; it reads files in ``folder``, too."""
    for name, attribute in _ATTRIBUTES.items():
        (folder / name).write_text(_OAUTH2.format(url=microsoft_url, attribute=attribute))
    oauth2 = (folder / "oauth2.conf").read_text()
    return _SETTINGS[dialect()].format(folder=folder, oauth2=oauth2)
