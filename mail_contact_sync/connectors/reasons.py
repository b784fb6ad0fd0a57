# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words a ConnectorError's ``reason`` is taken from.

They are stored with accounts and turned into sentences elsewhere: a word may be
added, but never changed.
"""

# Reaching the server
HOST_UNKNOWN = "host-unknown"
HOST_LOOKUP_FAILED = "host-lookup-failed"
CONNECTION_REFUSED = "connection-refused"
CONNECTION_TIMEOUT = "connection-timeout"
CONNECTION_FAILED = "connection-failed"
CONNECTION_DROPPED = "connection-dropped"

# Encryption
CERTIFICATE = "certificate"
TLS = "tls"
PLAIN_NOT_ALLOWED = "plain-not-allowed"  # by us: only a loopback host is spoken to in the clear
ENCRYPTION_REQUIRED = "encryption-required"  # by the server

# Logging in
BAD_CREDENTIALS = "bad-credentials"
PASSWORD_EXPIRED = "password-expired"
APP_PASSWORD_NEEDED = "app-password-needed"
PASSWORD_LOGIN_DISABLED = "password-login-disabled"  # the server wants OAuth
WEB_LOGIN_NEEDED = "web-login-needed"
NOT_AUTHORISED = "not-authorised"
IMAP_DISABLED = "imap-disabled"
CONTACT_ADMIN = "contact-admin"

# The server has no time
TOO_MANY_CONNECTIONS = "too-many-connections"
RATE_LIMIT = "rate-limit"
MAILBOX_LOCKED = "mailbox-locked"
SERVER_UNAVAILABLE = "server-unavailable"
SERVER_REFUSED = "server-refused"  # and did not say why

# The server speaks, but not as it should
WRONG_PROTOCOL = "wrong-protocol"  # no IMAP at this port
PROTOCOL_ERROR = "protocol-error"
UIDS_UNSUPPORTED = "uids-unsupported"

# Folders and messages
FOLDER_GONE = "folder-gone"
FOLDER_RENUMBERED = "folder-renumbered"
MESSAGE_UNREADABLE = "message-unreadable"
