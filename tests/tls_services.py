"""A certificate authority, and a PostgreSQL and a RabbitMQ with certificates of it."""

import base64
import datetime as dt
import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import external_services

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def key_as(self, encoding: serialization.Encoding) -> bytes:
        return self.key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def write(self, directory: Path) -> tuple[Path, Path]:
        directory.mkdir(parents=True, exist_ok=True)
        certificate, key = directory / "cert.pem", directory / "key.pem"
        certificate.write_bytes(self.certificate.public_bytes(PEM))
        key.write_bytes(self.key_as(PEM))
        key.chmod(0o600)
        return certificate, key


class Authority:
    """Signs certificates; `file` is what trusts it."""

    def __init__(self, directory: Path) -> None:
        self._own = self._signed("an authority", None, x509.BasicConstraints(ca=True, path_length=0))
        self.file, _ = self._own.write(directory)

    def issue(self, *names: str) -> Issued:
        """For names and addresses."""
        known: list[x509.GeneralName] = []
        for name in names:
            is_address = name.replace(".", "").isdigit()
            known.append(x509.IPAddress(ipaddress.ip_address(name)) if is_address else x509.DNSName(name))
        return self._signed(names[0], self._own, x509.SubjectAlternativeName(known))

    @staticmethod
    def _signed(name: str, by: Issued | None, extension: x509.ExtensionType) -> Issued:
        key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(extension, critical=by is None)
            .sign(by.key if by else key, hashes.SHA256())
        )
        return Issued(certificate, key)


@contextmanager
def postgres(authority: Authority) -> Iterator[str]:
    """The URL of a server that lets nobody in without TLS; its certificate is for `localhost`."""
    initdb = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), shutil.which("initdb"))
    if initdb is None:
        external_services.missing("PostgreSQL's initdb")
    programs, port = Path(str(initdb)).parent, free_port()
    # It does not run as root, and wants nobody else to read its key.
    user = "postgres" if os.geteuid() == 0 else None
    # Not below pytest's own, which are closed to other users.
    directory = Path(tempfile.mkdtemp(prefix="kodus-ast-postgres-"))
    data = directory / "data"
    certificate, key = authority.issue("localhost").write(directory)
    if user:
        for one in (directory, certificate, key):
            shutil.chown(one, user)

    def done(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        with (directory / "log").open("ab") as log:
            subprocess.run(command, user=user, cwd="/", check=True, timeout=60, stdout=log, stderr=log)

    done("initdb", "--auth=trust", "--username=postgres", "--no-sync")
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(
            f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = off\n"
            f"ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n"
        )
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
    done("pg_ctl", "start", "-w")
    try:
        root = quote(str(authority.file), safe="")
        yield f"postgresql://postgres@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={root}"
    finally:
        done("pg_ctl", "stop", "-m", "fast")
        shutil.rmtree(directory)


@contextmanager
def listening(broker: external_services.Broker, authority: Authority) -> Iterator[str]:
    """The URL of a listener of the broker's that speaks TLS, for as long as the block lasts."""
    port, issued = free_port(), authority.issue("localhost")
    certificate = base64.b64encode(issued.certificate.public_bytes(DER)).decode()
    key = base64.b64encode(issued.key_as(DER)).decode()
    where = f'{{"127.0.0.1", {port}, inet}}'
    external_services.rabbitmqctl(
        "eval",
        f'rabbit_networking:start_ssl_listener({where}, [{{cert, base64:decode("{certificate}")}}, '
        f"{{key, {{'PrivateKeyInfo', base64:decode(\"{key}\")}}}}], 2).",
    )
    try:
        parts = urlsplit(broker.url)
        user = parts.netloc.rpartition("@")[0]
        query = f"cafile={quote(str(authority.file), safe='')}"
        yield urlunsplit(("amqps", f"{user}@localhost:{port}", parts.path, query, ""))
    finally:
        external_services.rabbitmqctl("eval", f"rabbit_networking:stop_tcp_listener({where}).")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
