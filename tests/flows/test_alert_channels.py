"""What channels send to whom, what they refuse, and what they never show."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from alerting import MailBox, Receiver
from pydantic import SecretStr

from flows.alerts import channels, evaluation
from flows.alerts.addresses import NotDelivered, checked
from flows.alerts.messages import Message, as_json, as_slack
from warehouse import clock, logs, settings
from warehouse.alert_settings import AlertsSection, MailSettings, WebhookSettings
from warehouse.errors import ConfigurationError
from warehouse.settings import LogSection, Settings

GUARDED = "a-path-that-guards-it"
CANARY = "canary-9f3b1c"
NASTY = (
    'AAPL <!channel> <https://evil.test|here> @here *b* <b onload="x">&\r\nBcc: x@y \x1b[31m\u202e'
)


def message(*lines: str, title: str = "a title") -> Message:
    at = clock.system_now()
    return Message.new("alert", "error", "stale", "XNYS 1m", title, lines, at, "real")


def hook(url: str, **more: Any) -> AlertsSection:
    return AlertsSection(
        webhook=WebhookSettings(url=SecretStr(url), **more),
        slack=WebhookSettings(url=SecretStr(url), **more),
        timeout_seconds=2,
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    box = MailBox()
    box.start()
    yield box
    box.stop()


def mail(box: MailBox, **more: Any) -> AlertsSection:
    to = ["ops@example.test", "night@example.test"]
    own = {"host": "127.0.0.1", "port": box.bound, "sender": "t@example.test", "to": to}
    return AlertsSection(mail=MailSettings(**own | more), timeout_seconds=5)


def test_a_webhook_is_sent_json_with_an_id(receiver: Receiver) -> None:
    sent = message("first", "second")
    channels.send(hook(receiver.url), "webhook", sent)
    assert receiver.bodies == [as_json(sent)]
    assert receiver.bodies[0]["text"] == "Tapehouse error: a title\nfirst\nsecond"
    assert receiver.headers[0]["Idempotency-Key"] == sent.id == receiver.bodies[0]["id"]
    assert receiver.headers[0]["Host"] == f"127.0.0.1:{receiver.server.server_port}"


def test_slack_is_sent_text_and_blocks_that_mention_and_link_nobody(receiver: Receiver) -> None:
    channels.send(hook(receiver.url), "slack", message(NASTY, title=f"stale {NASTY}"))
    (body,) = receiver.bodies
    texts = [body["text"], *(block["text"]["text"] for block in body["blocks"][:2])]
    for text in texts:
        assert "<" not in text
        assert "://" not in text
        assert "@here" not in text
        assert "&lt;!channel&gt;" in text
        assert not {"\x1b", "\r", "\u202e"} & set(text)
    assert len(texts[1]) <= 150


def test_slack_takes_a_message_however_long_it_is() -> None:
    body = as_slack(message(*["<&>" * 200] * 100, title="<" * 5000))
    assert len(body["blocks"][0]["text"]["text"]) <= 150
    assert len(body["blocks"][1]["text"]["text"]) <= 3000


def test_a_mail_arrives_as_text_and_escaped_html(mail_box: MailBox) -> None:
    sent = message(NASTY, title=f"stale {NASTY}")
    channels.send(mail(mail_box), "mail", sent)
    (got,) = mail_box.mails
    assert mail_box.envelopes == [("t@example.test", ["ops@example.test", "night@example.test"])]
    assert got["Subject"].startswith("Tapehouse error: stale AAPL")
    assert got["Bcc"] is None
    assert got["Message-ID"].startswith(f"<{sent.id}@")
    html = got.get_body(("html",)).get_content()
    assert "<b onload" not in html
    assert "&lt;b onload=&quot;x&quot;&gt;&amp;" in html
    assert "<!channel>" in got.get_body(("plain",)).get_content()
    assert "\x1b" not in html + got.get_body(("plain",)).get_content()


@pytest.mark.parametrize("trusted", [True, False])
def test_where_a_mail_server_offers_tls_it_is_used_and_its_name_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    given: list[Any] = []

    def authenticate(_server: Any, session: Any, *rest: Any) -> AuthResult:
        given.append((session.ssl is not None, rest[-1]))
        return AuthResult(success=True)

    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("ALERTS_SMTP_USER", "somebody")
    monkeypatch.setenv("ALERTS_SMTP_PASSWORD", CANARY)
    box = MailBox(tls_context=context, authenticator=authenticate, auth_require_tls=True)
    box.start()
    try:
        if trusted:
            channels.send(mail(box, tls="required"), "mail", message("fine"))
            assert given == [(True, LoginPassword(b"somebody", CANARY.encode()))]
            assert len(box.mails) == 1
        else:
            with pytest.raises(NotDelivered, match="SSLCertVerificationError"):
                channels.send(mail(box), "mail", message("fine"))
            assert (given, box.mails) == ([], [])
    finally:
        box.stop()


def test_a_mail_server_without_tls_is_refused_where_tls_is_required(mail_box: MailBox) -> None:
    with pytest.raises(NotDelivered, match="offers no TLS"):
        channels.send(mail(mail_box, tls="required"), "mail", message())
    assert mail_box.mails == []


def test_a_password_is_never_sent_without_tls_to_another_machine(
    mail_box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SMTP_USER", "somebody")
    monkeypatch.setenv("ALERTS_SMTP_PASSWORD", CANARY)
    elsewhere = checked("192.0.2.1", 25)
    monkeypatch.setattr(channels, "checked", lambda host, port: elsewhere)
    with pytest.raises(NotDelivered, match="a password is sent by no other way"):
        channels.send(mail(mail_box), "mail", message())


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "0xA9FEA9FE", "[fe80::1]",
     "0.0.0.0", "[::]", "224.0.0.1", "[fd00:ec2::254]", "100.100.100.200",
     "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]"],
)  # fmt: skip
def test_addresses_of_no_single_machine_and_of_metadata_are_refused(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(NotDelivered, match="refused"):
            channels.send(hook(f"{scheme}://{host}/x", allow_http=True), "webhook", message())


def test_http_to_another_machine_is_refused_before_a_byte_is_sent() -> None:
    with pytest.raises(NotDelivered, match="http is refused"):
        channels.send(hook("http://192.0.2.1/hooks/x"), "webhook", message())


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere at the second look never gets one."""
    looks: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host != "rebinding.test":
            return real(host, port, *rest, **more)
        looks.append(host)
        leads_to = "127.0.0.1" if len(looks) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (leads_to, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    url = f"http://rebinding.test:{receiver.server.server_port}/x"
    channels.send(hook(url), "webhook", message())
    assert looks == ["rebinding.test"]
    assert receiver.headers[0]["Host"].startswith("rebinding.test:")
    with pytest.raises(NotDelivered, match="refused"):
        channels.send(hook(url), "webhook", message())


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.answer, receiver.location = 307, other.url
        with pytest.raises(NotDelivered, match="redirect"):
            channels.send(hook(receiver.url), "webhook", message())
        assert other.bodies == []


def test_a_receiver_that_says_nothing_holds_nobody_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        section = hook(f"http://127.0.0.1:{silent.getsockname()[1]}/hooks/{GUARDED}")
        section.timeout_seconds = 0.3
        with pytest.raises(NotDelivered, match=r"webhook: \w+"):
            channels.send(section, "webhook", message())


@pytest.mark.parametrize("fault", ["refused", "status", "redirect"])
def test_no_error_and_no_log_shows_an_address(
    own_settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    url = receiver.url if fault != "refused" else f"http://127.0.0.1:9/hooks/{GUARDED}"
    monkeypatch.setenv("TAPEHOUSE_ALERTS__SLACK__URL", url)
    monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__URL", url)
    receiver.answer, receiver.location = (307, url) if fault == "redirect" else (500, "")
    found = settings.load()
    logs.configure(found.folder.logs, LogSection(level="debug"))
    try:
        logs.get("test").info("all settings", found=found, url=found.alerts.slack.url)
        answers = evaluation.try_channels(found)
        evaluation.tell(found)
        try:
            raise ValueError(url)
        except ValueError:
            logs.get("test").exception("with the address in it")
    finally:
        for handler in [one for one in logging.getLogger().handlers if hasattr(one, "is_ours")]:
            logging.getLogger().removeHandler(handler)
            handler.close()
    assert all(answers.values())
    written = "".join(path.read_text() for path in found.folder.logs.glob("*.log"))
    assert "all settings" in written
    for text in (repr(found), str(answers), written, channels.shown(found.alerts, "slack")):
        assert GUARDED not in text
    assert channels.shown(found.alerts, "slack").startswith("http://127.0.0.1/***")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK__URL", "ftp://x/y", "must begin with http"),
        ("WEBHOOK__URL", f"https://me:{CANARY}@x/y", "no user name or password"),
        ("QUIET__ZONE", "Europe/Nowhere", "no such time zone"),
        ("QUIET__STARTS", "25:00", "QUIET__STARTS"),
        ("MAIL__HOST", "mail.test", "needs sender and to"),
        ("RULES__STALE__MINUTES", "-1", "greater than or equal to 0"),
        ("RULES__STALE__LEVEL", "loud", "RULES__STALE__LEVEL"),
    ],
)
def test_a_setting_that_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"TAPEHOUSE_ALERTS__{name}", value)
    with pytest.raises(ConfigurationError, match=said) as caught:
        settings.load()
    assert CANARY not in caught.value.message


def test_a_rule_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[alerts.rules.stale]\nminutes = 5\n\n[alerts.rules.incomplete]\nshare = 2\n")
    with pytest.raises(ConfigurationError, match=r"line 5: alerts.rules.incomplete.share"):
        settings.load(file)


def test_a_test_message_goes_to_every_channel(
    own_settings: Settings, receiver: Receiver, mail_box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="no channel is set"):
        evaluation.try_channels(own_settings)
    monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__URL", receiver.url)
    monkeypatch.setenv("TAPEHOUSE_ALERTS__SLACK__URL", receiver.url)
    monkeypatch.setenv("TAPEHOUSE_ALERTS__MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("TAPEHOUSE_ALERTS__MAIL__PORT", str(mail_box.bound))
    monkeypatch.setenv("TAPEHOUSE_ALERTS__MAIL__SENDER", "t@example.test")
    monkeypatch.setenv("TAPEHOUSE_ALERTS__MAIL__TO", json.dumps(["ops@example.test"]))
    answers = evaluation.try_channels(settings.load())
    assert answers == {"webhook": "", "slack": "", "mail": ""}
    assert [one.get("kind", "slack") for one in receiver.bodies] == ["test", "slack"]
    assert len(mail_box.mails) == 1
