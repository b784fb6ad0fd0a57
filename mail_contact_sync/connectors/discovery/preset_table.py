# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The settings of big providers.

As published by Thunderbird's data base (ISPDB) and in the providers' own help pages, in
2026.  A new provider is one more entry; what a provider publishes for its domains
itself (autoconfig, SRV) is found without one.
"""

from dataclasses import dataclass

from .settings import (
    APP_PASSWORD,
    APP_PASSWORD_WITH_2FA,
    ENABLE_IMAP,
    NOT_POSSIBLE,
    SIGN_IN,
    SIGN_IN_OR_APP_PASSWORD,
)


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider.

    ``domains`` are those of its addresses, ``exchangers`` the ends of its MX hosts, as
    customers with a domain of their own have them; both are lists with spaces between.
    ``imap`` and ``smtp`` are ``host:port``: 993 and 465 are TLS, other ports STARTTLS;
    both empty where no program is let in.  ``login`` is the user name to try, "address"
    or "local" (the part before the @) or both in turn; ``smtp_login`` where it differs.
    ``advice`` is a word of settings.py, ``help_url`` the provider's page on it.
    """

    name: str
    domains: str = ""
    exchangers: str = ""
    imap: str = ""
    smtp: str = ""
    login: str = "address"
    smtp_login: str = ""
    provider: str = "imap"  # or "google", "microsoft"
    advice: str = ""
    help_url: str = ""


_MICROSOFT_HELP = (
    "https://support.microsoft.com/office/"
    "pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040"
)
_TELEKOM_HELP = (
    "https://www.telekom.de/hilfe/festnetz-internet-tv/e-mail/"
    "e-mail-adresse-passwoerter-und-sicherheit/passwort-fuer-e-mail-programme-einrichten"
)
_IONOS_HELP = (
    "https://www.ionos.com/help/email/using-webmail/"
    "email-activate-and-configure-two-step-verification"
)


def _outlook_domains() -> str:
    countries = {
        "outlook": "at be cl cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk co.id co.il"
        " co.th com com.ar com.au com.br com.gr com.tr com.vn",
        "hotmail": "be ca cl com cz de dk es fi fr gr hu it lt lv my nl no ph rs se sg sk co.id"
        " co.il co.in co.jp co.kr co.th co.uk co.za com.ar com.au com.br com.hk com.tr com.tw"
        " com.vn",
        "live": "at be ca cl cn com de dk fi fr hk ie in it jp nl no ru se co.jp co.kr co.uk co.za"
        " com.ar com.au com.mx com.my com.ph com.pt com.sg",
    }
    names = [f"{name}.{end}" for name, ends in countries.items() for end in ends.split()]
    return " ".join([*names, "msn.com", "windowslive.com", "passport.com"])


def _ionos(end: str, domains: str, exchangers: str) -> Preset:
    return Preset(
        f"IONOS ({end})",
        domains,
        f"ionos.{end} {exchangers}",
        f"imap.ionos.{end}:993",
        f"smtp.ionos.{end}:465",
        advice=APP_PASSWORD_WITH_2FA,
        help_url=_IONOS_HELP,
    )


def _zoho(end: str) -> tuple[Preset, Preset]:
    """Zoho has other servers for customers with a domain of their own."""
    more = {"advice": ENABLE_IMAP, "help_url": "https://www.zoho.com/mail/help/imap-access.html"}
    private = (f"imap.zoho.{end}:993", f"smtp.zoho.{end}:465")
    business = (f"imappro.zoho.{end}:993", f"smtppro.zoho.{end}:465")
    return (
        Preset(f"Zoho ({end})", f"zoho.{end} zohomail.{end}", "", *private, **more),
        Preset(f"Zoho for business ({end})", "", f"mx.zoho.{end} mx2.zoho.{end} mx3.zoho.{end}",
               *business, **more),
    )  # fmt: skip


def _netease(domain: str) -> Preset:
    return Preset(
        "NetEase", domain, "", f"imap.{domain}:993", f"smtp.{domain}:465", advice=APP_PASSWORD
    )


# fmt: off
PRESETS = (
    Preset("Gmail", "gmail.com googlemail.com google.com",
           "google.com googlemail.com",
           "imap.gmail.com:993", "smtp.gmail.com:465",
           provider="google", advice=SIGN_IN_OR_APP_PASSWORD,
           help_url="https://support.google.com/accounts/answer/185833"),
    Preset("Outlook.com", _outlook_domains(), "olc.protection.outlook.com",
           "outlook.office365.com:993", "smtp-mail.outlook.com:587",
           provider="microsoft", advice=SIGN_IN, help_url=_MICROSOFT_HELP),
    Preset("Microsoft 365", "onmicrosoft.com", "mail.protection.outlook.com mx.microsoft",
           "outlook.office365.com:993", "smtp.office365.com:587",
           provider="microsoft", advice=SIGN_IN),
    Preset("Yahoo", "yahoo.com yahoo.ca yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.ie"
           " yahoo.in yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br"
           " yahoo.com.mx ymail.com myyahoo.com rocketmail.com cox.net", "am0.yahoodns.net",
           "imap.mail.yahoo.com:993", "smtp.mail.yahoo.com:465", advice=APP_PASSWORD,
           help_url="https://help.yahoo.com/kb/generate-manage-rd-party-passwords-sln15241.html"),
    Preset("AOL", "aol.com aol.de aol.fr aol.it aol.es aol.co.uk aol.com.au aim.com netscape.net"
           " compuserve.com verizon.net", "mail.gm0.yahoodns.net",
           "imap.aol.com:993", "smtp.aol.com:465", advice=APP_PASSWORD,
           help_url="https://login.aol.com/account/security"),
    Preset("AT&T", "att.net ameritech.net bellsouth.net currently.com flash.net nvbell.net"
           " pacbell.net prodigy.net sbcglobal.net snet.net swbell.net wans.net", "prodigy.net",
           "imap.mail.att.net:993", "smtp.mail.att.net:465", advice=APP_PASSWORD),
    Preset("iCloud", "icloud.com me.com mac.com", "mail.icloud.com",
           "imap.mail.me.com:993", "smtp.mail.me.com:587",
           login="local address", smtp_login="address", advice=APP_PASSWORD,
           help_url="https://support.apple.com/102654"),
    Preset("Fastmail", "fastmail.com fastmail.fm fastmail.de fastmail.fr fastmail.es fastmail.nl"
           " fastmail.net fastmail.org fastmail.uk fastmail.us fastmail.co.uk fastmail.com.au"
           " messagingengine.com", "messagingengine.com",
           "imap.fastmail.com:993", "smtp.fastmail.com:465", advice=APP_PASSWORD,
           help_url="https://www.fastmail.com/help/clients/apppassword.html"),
    Preset("GMX", "gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx"
           " mail.gmx email.gmx", "gmx.net",
           "imap.gmx.net:993", "mail.gmx.net:465", advice=ENABLE_IMAP,
           help_url="https://hilfe.gmx.net/pop-imap/einschalten.html"),
    Preset("GMX international", "gmx.com gmx.us gmx.co.uk gmx.es gmx.fr gmx.it gmx.ie gmx.pt"
           " gmx.se gmx.li", "gmx.com",
           "imap.gmx.com:993", "mail.gmx.com:465", advice=ENABLE_IMAP,
           help_url="https://support.gmx.com/pop-imap/toggle.html"),
    Preset("WEB.DE", "web.de email.de", "web.de",
           "imap.web.de:993", "smtp.web.de:587", login="local address", advice=ENABLE_IMAP,
           help_url="https://hilfe.web.de/pop-imap/einschalten.html"),
    Preset("T-Online", "t-online.de magenta.de", "t-online.de",
           "secureimap.t-online.de:993", "securesmtp.t-online.de:465", advice=APP_PASSWORD,
           help_url=_TELEKOM_HELP),
    Preset("freenet", "freenet.de", "freenet.de",
           "mx.freenet.de:993", "mx.freenet.de:465", advice=ENABLE_IMAP),
    _ionos("de", "online.de onlinehome.de sofortstart.de sofortsurf.de go4more.de",
           "kundenserver.de 1und1.de schlund.de"),
    _ionos("com", "", "1and1.com perfora.net"),
    _ionos("co.uk", "", "1and1.co.uk"),
    _ionos("fr", "", "1and1.fr"),
    _ionos("es", "", "1and1.es"),
    Preset("Strato", "strato.de", "rzone.de", "imap.strato.de:993", "smtp.strato.de:465"),
    Preset("mailbox.org", "mailbox.org secure.mailbox.org", "mailbox.org",
           "imap.mailbox.org:993", "smtp.mailbox.org:465", advice=APP_PASSWORD_WITH_2FA,
           help_url="https://kb.mailbox.org/en/private/e-mail/e-mail-configuration"),
    Preset("Posteo", "posteo.de posteo.net posteo.at posteo.ch posteo.eu posteo.org posteo.com"
           " posteo.fr posteo.es posteo.it posteo.nl posteo.uk posteo.me", "posteo.de",
           "posteo.de:993", "posteo.de:465"),
    Preset("Vodafone", "vodafone.de vodafonemail.de arcor.de kabelmail.de", "vodafonemail.de",
           "imap.vodafonemail.de:993", "smtp.vodafonemail.de:465"),
    Preset("Orange", "orange.fr wanadoo.fr", "", "imap.orange.fr:993", "smtp.orange.fr:465"),
    Preset("Free", "free.fr", "", "imap.free.fr:993", "smtp.free.fr:465", login="local address"),
    Preset("SFR", "sfr.fr neuf.fr club-internet.fr", "", "imap.sfr.fr:993", "smtp.sfr.fr:465"),
    Preset("La Poste", "laposte.net", "",
           "imap.laposte.net:993", "smtp.laposte.net:465", login="local address"),
    Preset("OVHcloud", "ovh.net", "mail.ovh.net", "ssl0.ovh.net:993", "ssl0.ovh.net:465"),
    Preset("Gandi", "gandi.net", "mail.gandi.net", "mail.gandi.net:993", "mail.gandi.net:465"),
    Preset("Infomaniak", "ik.me ikmail.com etik.com", "infomaniak.ch infomaniak.com",
           "mail.infomaniak.com:993", "mail.infomaniak.com:465",
           help_url="https://www.infomaniak.com/en/support/faq/admin2/email-service"),
    Preset("Libero", "libero.it iol.it blu.it inwind.it giallo.it", "libero.it",
           "imapmail.libero.it:993", "smtp.libero.it:465"),
    Preset("Virgilio", "virgilio.it", "", "in.virgilio.it:993", "out.virgilio.it:465"),
    Preset("Aruba", "aruba.it", "mx.aruba.it", "imaps.aruba.it:993", "smtps.aruba.it:465"),
    Preset("Aruba PEC", "pec.it arubapec.it mypec.eu gigapec.it", "mx.pec.aruba.it",
           "imaps.pec.aruba.it:993", "smtps.pec.aruba.it:465", advice=APP_PASSWORD_WITH_2FA),
    *_zoho("com"), *_zoho("eu"), *_zoho("in"), *_zoho("com.au"), *_zoho("jp"),
    Preset("Yandex", "yandex.ru yandex.com yandex.net yandex.by yandex.kz yandex.ua ya.ru"
           " narod.ru", "mx.yandex.net mx.yandex.ru",
           "imap.yandex.com:993", "smtp.yandex.com:465", advice=APP_PASSWORD,
           help_url="https://yandex.com/support/mail/mail-clients/others.html"),
    Preset("Mail.ru", "mail.ru inbox.ru list.ru bk.ru internet.ru", "emx.mail.ru mxs.mail.ru",
           "imap.mail.ru:993", "smtp.mail.ru:465", advice=APP_PASSWORD,
           help_url="https://help.mail.ru/mail/security/protection/external"),
    Preset("Seznam", "seznam.cz email.cz post.cz spoluzaci.cz", "seznam.cz",
           "imap.seznam.cz:993", "smtp.seznam.cz:465"),
    Preset("QQ", "qq.com foxmail.com", "mx1.qq.com mx2.qq.com mx3.qq.com",
           "imap.qq.com:993", "smtp.qq.com:465", login="address local", advice=APP_PASSWORD,
           help_url="https://service.mail.qq.com/cgi-bin/help?subtype=1&id=28&no=331"),
    _netease("163.com"), _netease("126.com"),
    Preset("NAVER", "naver.com", "",
           "imap.naver.com:993", "smtp.naver.com:465", login="address local", advice=APP_PASSWORD,
           help_url="https://help.naver.com/support/contents/contents.help"
           "?serviceNo=2342&categoryNo=2288"),
    Preset("Comcast", "comcast.net xfinity.com", "comcast.net",
           "imap.comcast.net:993", "smtp.comcast.net:465"),
    Preset("Hostinger", "", "mx1.hostinger.com mx2.hostinger.com",
           "imap.hostinger.com:993", "smtp.hostinger.com:465"),
    Preset("Titan", "", "titan.email", "imap.titan.email:993", "smtp.titan.email:465"),
    Preset("GoDaddy", "", "secureserver.net",
           "imap.secureserver.net:993", "smtpout.secureserver.net:465"),
    Preset("Namecheap", "privateemail.com", "privateemail.com",
           "mail.privateemail.com:993", "mail.privateemail.com:465"),
    Preset("Migadu", "migadu.com", "migadu.com", "imap.migadu.com:993", "smtp.migadu.com:465"),
    # Both encrypt on the user's machine; Proton's Bridge is a program that runs there.
    Preset("Proton", "proton.me protonmail.com protonmail.ch pm.me", "protonmail.ch",
           advice=NOT_POSSIBLE, help_url="https://proton.me/mail/bridge"),
    Preset("Tuta", "tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me",
           "tutanota.de", advice=NOT_POSSIBLE),
)
# fmt: on
