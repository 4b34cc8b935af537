"""Sending: a POST to a webhook, or a mail; each ends well or says why, within a deadline."""

from __future__ import annotations

import json
import smtplib
import ssl
from typing import Any
from urllib.parse import urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from extract.edge.redaction import redact
from extract.edge.requests_session import within
from extract.outcomes import FetchFailed
from flows.alerts.addresses import NotDelivered, Target, checked
from flows.alerts.messages import Message, as_json, as_mail, as_slack
from warehouse import logs, settings
from warehouse.alert_settings import AlertsSection, MailSettings, WebhookSettings

PORTS = {"http": 80, "https": 443}


def send(section: AlertsSection, name: str, message: Message) -> None:
    """Raises NotDelivered, with words in which no address and no password stands."""
    seconds = section.timeout_seconds

    def work() -> None:
        if name == "mail":
            _mail(section.mail, message, seconds)
        elif name == "slack":
            _post(section.slack, as_slack(message), message.id, seconds)
        else:
            _post(section.webhook, as_json(message), message.id, seconds)

    try:
        # A mail takes several answers, each of which may take that long.
        within(3 * seconds, work)
    except NotDelivered:
        raise
    except FetchFailed as error:
        raise NotDelivered(f"{name}: {error.detail}", "it is tried again by the next run") from None
    except Exception as error:
        # Errors of libraries tell addresses: only their kind is told, and what a server answered.
        raise NotDelivered(f"{name}: {_said(error)}", "it is tried again by the next run") from None


def shown(section: AlertsSection, name: str) -> str:
    """Where a channel leads, without what guards it."""
    if name == "mail":
        return f"{', '.join(section.mail.to)} by {section.mail.host}:{section.mail.port}"
    parts = urlsplit(getattr(section, name).url.get_secret_value())
    return f"{parts.scheme}://{parts.hostname}/{logs.HIDDEN}"


def _post(hook: WebhookSettings, body: dict[str, Any], message_id: str, seconds: float) -> None:
    parts = urlsplit(hook.url.get_secret_value())
    host = parts.hostname or ""
    target = checked(host, parts.port or PORTS[parts.scheme])
    if parts.scheme == "http" and not (target.is_this_machine or hook.allow_http):
        raise NotDelivered(
            f"{host}: http is refused, anybody on the way could read it", "use https, or allow_http"
        )
    answer = _pool(target, parts.scheme, seconds).urlopen(
        "POST",
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        body=json.dumps(body).encode(),
        headers={
            "Host": parts.netloc,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "tapehouse",
            "Idempotency-Key": message_id,
        },
        redirect=False,
        retries=False,
        preload_content=False,
    )
    try:
        if 300 <= answer.status < 400:
            raise NotDelivered(f"{host}: refused to follow a redirect", "name where it leads to")
        if not 200 <= answer.status < 300:
            said = logs.one_line(redact(answer.read(200).decode("utf-8", "replace")))
            raise NotDelivered(f"{host}: status {answer.status}: {said}", "see what it asks for")
    finally:
        answer.close()


def _pool(target: Target, scheme: str, seconds: float) -> urllib3.HTTPConnectionPool:
    """To the address that was checked, wherever its name leads a moment later."""
    if scheme == "http":
        return urllib3.HTTPConnectionPool(target.address, target.port, timeout=seconds)
    return urllib3.HTTPSConnectionPool(
        target.address,
        target.port,
        timeout=seconds,
        cert_reqs="CERT_REQUIRED",
        ca_certs=DEFAULT_CA_BUNDLE_PATH,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _mail(mail: MailSettings, message: Message, seconds: float) -> None:
    target = checked(mail.host, mail.port)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if mail.tls == "implicit":
        server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=seconds)
    with server:
        server.ehlo()
        if mail.tls != "implicit" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif mail.tls == "required":
            raise NotDelivered(f"{mail.host}: offers no TLS, which is required", "see its settings")
        user, password = settings.mail_login()
        if user:
            if not (isinstance(server.sock, ssl.SSLSocket) or target.is_this_machine):
                raise NotDelivered(
                    f"{mail.host}: offers no TLS, and a password is sent by no other way",
                    "use a server with TLS, or one that asks for no password",
                )
            server.login(user, password)
        server.send_message(as_mail(message, mail.sender, mail.to))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        return f"{type(error).__name__}: {error.smtp_code} {logs.one_line(redact(text))[:200]}"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
