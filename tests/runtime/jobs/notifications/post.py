"""A workspace whose jobs send mail to a server on loopback."""

from __future__ import annotations

import datetime
import ssl
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lakebook.config import find_workspace
from lakebook.jobs.notifications.delivery import Deliverer
from lakebook.jobs.store.rows import Message
from lakebook.tracking.webhooks.settings import Settings
from runtime.jobs.harness import Bench

#: seconds until a test gives up; nothing is said of how long it takes
PATIENCE = 120.0
PASSWORD = "pass word"


class _Server(Controller):
    """Listens on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Post:
    """A bench, and a mail server that keeps what it is given.

    ``refused`` says how the server answers to recipients.
    """

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.mails: list[EmailMessage] = []
        self.users: list[str] = []
        self.refused: dict[str, str] = {}
        self.certificate, context = _certificate(folder)
        self._plain = _Server(self, "127.0.0.1", 0)
        self._secret = _Server(
            self,
            "127.0.0.1",
            0,
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
        )
        self._plain.start()
        self._secret.start()
        self.settings(f'[mail]\nhost = "127.0.0.1"\nport = {self._plain.port}\ntls = "none"\nfrom = "jobs@x.org"')

    @property
    def secret_port(self) -> int:
        port: int = self._secret.port
        return port

    def settings(self, text: str) -> None:
        (self.bench.folder / "lakebook.toml").write_text(text)

    def deliver(self) -> None:
        """Send what is due, and wait for what comes of it."""
        deliverer = self.deliverer()
        deliverer.look()
        deliverer.join(time.monotonic() + PATIENCE)

    def deliverer(self) -> Deliverer:
        return Deliverer(find_workspace(self.bench.folder), self.bench.store, Settings(jitter=0.0, poll=0.01))

    def messages(self) -> list[Message]:
        """Oldest first."""
        with self.bench.store.read() as rows:
            return rows.outbox.page()[::-1]

    def close(self) -> None:
        self._plain.stop()
        self._secret.stop()

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        return AuthResult(success=data.password.decode() == PASSWORD, handled=False)


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 that trusts itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    public, private = folder / "mail.crt", folder / "mail.key"
    public.write_bytes(certificate.public_bytes(pem))
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return public, context
