# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The development environment: gets Odoo, PostgreSQL and Dovecot and starts them on loopback.

``./run``, ``./test`` and ``./bench`` stand on it, and so do the system tests:

    home, account      where everything that is made lies, and who owns it
    debian, source, venv   what is downloaded: packages, Odoo, its Python requirements
    environment        the three above, ready; re-executes the script inside the venv
    process            a server process that dies with its parent
    postgres, dovecot, odoo    the three servers
    image              a database with the add-on installed, ready to be copied
    sandbox            one run: its folder, its copy of the image, its servers
    demo               what ./run shows

Up to ``environment`` only the standard library may be imported.
"""
