# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Dovecot that takes Microsoft's access tokens, as outlook.office365.com does."""

import subprocess
from pathlib import Path

#: A token is good if whoever issued it tells whose it is, and it is the user's who logs in.
_OAUTH2 = """introspection_mode = auth
introspection_url = {url}/v1.0/me
username_attribute = mail
"""
_SETTINGS = {
    "2.3": """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {file}
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


def settings(microsoft_url: str, folder: Path) -> str:
    """The lines for Dovecot's configuration; it reads a file in ``folder``, too."""
    version = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True)
    oauth2 = _OAUTH2.format(url=microsoft_url)
    file = folder / "oauth2.conf"
    file.write_text(oauth2)
    dialect = "2.3" if version.stdout.startswith("2.3.") else "2.4"
    return _SETTINGS[dialect].format(file=file, oauth2=oauth2)
