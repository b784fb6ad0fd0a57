# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The development environment: gets Odoo, PostgreSQL and Dovecot and starts them on loopback.

``./run``, ``./test`` and ``./bench`` stand on it, and so do the system tests.  From the bottom:

    process, progress       programs that die with us; what the person at the terminal reads
    account, home           who runs the servers, and where everything that is made lies
    debian, source, venv    what is downloaded: packages, Odoo, its Python requirements
    environment             all of that, ready; the script goes on inside the venv
    ---                     from here on third-party packages may be imported
    postgres, dovecot, odoo the servers; certificate and rpc serve them
    emulator, google_*      Google: an npm package, and before it (google_proxy) what that lacks
    image                   a database with the add-on installed, made once and then copied
    sandbox                 one run: its folder, its copy of the image, its servers
    demo, testing           what ./run and ./test do; demo_mailbox is the mail of the demo
"""
