"""Messages as mail, through the server that ``[mail]`` of ``lakebook.toml`` names."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from lakebook.config import MailSettings
from lakebook.jobs.notifications.content import Content
from lakebook.jobs.notifications.errors import NotSent
from lakebook.jobs.notifications.secret_files import read_secret

_PASSWORD = "LAKEBOOK_MAIL_PASSWORD"
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def send_mail(content: Content, address: str, settings: MailSettings, timeout: float) -> None:
    """Hand a message to the server; what the server then does with it is not known.

    Args:
        content: what it says.
        address: to whom.
        settings: of the server.
        timeout: seconds for each of the server's answers.

    Raises:
        NotSent: the server has not taken it.
    """
    if not settings.host:
        raise NotSent("no mail server is named: set host and from under [mail] in lakebook.toml")
    mail = _mail(content, address, settings)
    password = _password(settings)
    try:
        with _connect(settings, timeout) as server:
            if password is not None:
                server.login(settings.user or parseaddr(mail["From"])[1], password)
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as problem:
        code, reason = next(iter(problem.recipients.values()))
        raise NotSent(f"{settings.host} refuses {address}: {code} {_text(reason)}", final=code >= 500) from None
    except smtplib.SMTPResponseException as problem:
        raise NotSent(f"{settings.host} refuses: {problem.smtp_code} {_text(problem.smtp_error)}") from None
    except ssl.SSLError as problem:
        raise NotSent(f"{settings.host} cannot be spoken to in secret (mail.tls): {problem}") from None
    except OSError as problem:  # smtplib's other errors are of this class, too
        raise NotSent(f"{settings.host} cannot be reached: {problem.strerror or problem}") from None


def _mail(content: Content, address: str, settings: MailSettings) -> EmailMessage:
    sender = settings.sender or settings.user
    if not sender or "@" not in sender:
        raise NotSent("no sender is named: set from under [mail] in lakebook.toml")
    mail = EmailMessage()
    mail["Subject"] = content.subject
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = formatdate(content.message.created_time / 1000, localtime=True)
    mail["Message-ID"] = f"<{content.delivery}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(content.text)
    return mail


def _password(settings: MailSettings) -> str | None:
    password = os.environ.get(_PASSWORD)
    if not password and settings.password_file is not None:
        password = read_secret(settings.password_file, "mail.password_file")
    if not password:
        return None
    if settings.tls == "none" and settings.host not in _LOOPBACK:
        raise NotSent('mail.tls is "none", so anybody on the way could read the password; it was not sent')
    return password


def _connect(settings: MailSettings, timeout: float) -> smtplib.SMTP:
    host, port = settings.host or "", settings.port or _PORTS[settings.tls]
    if settings.tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=timeout)
    if settings.tls == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _text(reason: bytes | str) -> str:
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return " ".join(text.split())
