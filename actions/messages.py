"""A message to the service, by e-mail, to a webhook, or both, as the settings say."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

import httpx

from storage.machine.settings import Settings

_SECONDS = 20.0


def send(settings: Settings, subject: str, lines: Sequence[str]) -> None:
    """Raises what went wrong only when no way took it. With no way set, Prefect alone shows it."""
    ways: list[Callable[[], None]] = []
    if settings.alert_email and settings.smtp_host:
        to = settings.alert_email
        ways.append(lambda: mail(settings, to, subject, lines))
    if settings.alert_webhook:
        ways.append(lambda: _post(settings, subject, lines))
    errors: list[Exception] = []
    for way in ways:
        try:
            way()
        except (OSError, httpx.HTTPError) as error:  # smtplib's are OSErrors
            errors.append(error)
    if errors and len(errors) == len(ways):
        raise errors[0]


def mail(settings: Settings, to: str, subject: str, lines: Sequence[str]) -> None:
    """To one address. Raises OSError, of which smtplib's are."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings.smtp_from
    message["To"] = to
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(settings.smtp_from)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines))
    assert settings.smtp_host is not None
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS) as server:
        if settings.smtp_starttls:
            server.starttls()
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _post(settings: Settings, subject: str, lines: Sequence[str]) -> None:
    """`text` is what most chat services show."""
    assert settings.alert_webhook is not None
    content = {"text": "\n".join([subject, *lines]), "alerts": list(lines)}
    address = settings.alert_webhook.get_secret_value()
    httpx.post(address, json=content, timeout=_SECONDS).raise_for_status()
