"""The certificates that this machine trusts, in a form that Java reads.

Java brings its own list, and knows neither the system's nor the variables that say where it is. Behind a proxy that
shows a certificate of its owner's, as in many companies, it then trusts nobody.
"""

from __future__ import annotations

import hashlib
import ssl
import struct
from pathlib import Path

#: what Java's own list is locked with, too: a checksum more than a secret
_PASSWORD = "changeit"
_MAGIC, _VERSION, _CERTIFICATE = 0xFEEDFEED, 2, 2


def trusted() -> list[bytes]:
    """What OpenSSL trusts here (``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are heeded), each as DER."""
    context = ssl.create_default_context()
    if folder := ssl.get_default_verify_paths().capath:
        # OpenSSL opens these only when it needs them, and so does not list them
        for file in Path(folder).glob("*.[0-9]"):
            if file.is_file():  # no link that leads nowhere
                context.load_verify_locations(file)
    return context.get_ca_certs(binary_form=True)


def java_options(file: Path) -> list[str]:
    """The options with which Java goes by the machine's certificates, written to a file; none where there are none."""
    certificates = trusted()
    if not certificates:
        return []
    file.write_bytes(_key_store(certificates))
    return [f"-Djavax.net.ssl.trustStore={file}", f"-Djavax.net.ssl.trustStorePassword={_PASSWORD}"]


def _key_store(certificates: list[bytes]) -> bytes:
    """In the format JKS: entries, and a digest over them."""
    content = struct.pack(">III", _MAGIC, _VERSION, len(certificates))
    for number, certificate in enumerate(certificates):
        content += struct.pack(">I", _CERTIFICATE) + _text(str(number)) + struct.pack(">q", 0)
        content += _text("X.509") + struct.pack(">I", len(certificate)) + certificate
    return content + hashlib.sha1(_PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")
