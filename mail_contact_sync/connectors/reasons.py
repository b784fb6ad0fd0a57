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

# Finding the settings, and where we may connect on behalf of a user
HOST_NOT_ALLOWED = "host-not-allowed"  # by us: it is not on the public Internet
PORT_NOT_ALLOWED = "port-not-allowed"  # by us: no port that mailboxes are read or sent from
NO_SETTINGS = "no-settings"
POP3_ONLY = "pop3-only"
NO_IMAP = "no-imap"  # the provider lets no other program in

# Consent and web APIs
LIBRARY_MISSING = "library-missing"  # the detail names it
CONSENT_DENIED = "consent-denied"
CONSENT_EXPIRED = "consent-expired"  # the code was used already, is too old, or another's
GRANT_REVOKED = "grant-revoked"
NO_REFRESH_TOKEN = "no-refresh-token"
SCOPE_MISSING = "scope-missing"  # the detail names it
OAUTH_CLIENT = "oauth-client"  # the app's id, secret or redirect address
API_DISABLED = "api-disabled"
MAILBOX_DISABLED = "mailbox-disabled"  # an account without mail
PACING = "pacing"  # by us: our share of this minute is used up
DAILY_LIMIT = "daily-limit"
HISTORY_EXPIRED = "history-expired"
RECIPIENTS_DIFFER = "recipients-differ"  # the provider sends to those in the header alone
MESSAGE_TOO_LARGE = "message-too-large"  # to be sent

# Exchange
CERTIFICATE_UNREADABLE = "certificate-unreadable"  # the one entered, which is no PEM
AUTODISCOVER_FAILED = "autodiscover-failed"
AUTODISCOVER_ELSEWHERE = "autodiscover-elsewhere"  # at a host that only a person can vouch for
KERBEROS_ONLY = "kerberos-only"
LOGIN_NOT_OFFERED = "login-not-offered"  # neither Basic nor NTLM, or not the one asked for
MAILBOX_UNKNOWN = "mailbox-unknown"
MAILBOX_MOVING = "mailbox-moving"
SERVER_TOO_OLD = "server-too-old"
SYNC_STATE_INVALID = "sync-state-invalid"
SEND_DENIED = "send-denied"  # under this sender
SEND_REFUSED = "send-refused"  # this message

# Sending by SMTP
NO_SMTP = "no-smtp"  # no outgoing server is known
NOT_SMTP = "not-smtp"  # something else answers at this port
SMTP_DISABLED = "smtp-disabled"  # for this mailbox
SENT_UNKNOWN = "sent-unknown"  # the line broke before the server said whether it took the message
RECIPIENT_REFUSED = "recipient-refused"  # and therefore nothing was sent to the others
TOO_MANY_RECIPIENTS = "too-many-recipients"
ADDRESS_INVALID = "address-invalid"
ADDRESS_UNSUPPORTED = "address-unsupported"  # letters beyond ASCII before the @
NO_SENT_FOLDER = "no-sent-folder"

# Microsoft's consent
CONSENT_REQUIRED = "consent-required"  # the user has not allowed what is asked for
ADMIN_CONSENT = "admin-consent"  # the organisation lets only an administrator allow it
SECOND_FACTOR = "second-factor"  # the user has to sign in again, with it
CONDITIONAL_ACCESS = "conditional-access"  # a rule of the organisation keeps us out
WRONG_TENANT = "wrong-tenant"  # the app is not for this organisation or kind of account
CLIENT_SECRET = "client-secret"  # wrong or expired
