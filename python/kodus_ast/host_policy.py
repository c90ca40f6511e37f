"""Checks URLs of repositories before any connection: allowed hosts, ports and addresses. No input or output.

Special addresses are those of the IANA special-purpose registries, as `ipaddress` knows them. IPv6 addresses
that embed an IPv4 address (RFC 4291 2.5.5, 6052, 3056, 4380) are checked by the embedded one.
"""

import ipaddress
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kodus_ast.errors import BadOptionError, HostRefusedError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PROVIDERS = ("GITHUB", "GITLAB", "BITBUCKET", "AZURE_DEVOPS")
PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[\x21-\x7e]+")
NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A name whose last label begins with a letter: no spelling of an IP address matches."""
NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "224.0.0.0/3", "::/8", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
        "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""In addition to what `ipaddress` calls not global: its tables differ between versions of Python."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Host:
    """A host that repositories may come from."""

    name: str
    """In lower case; `*.suffix` means every name below it, `*` every public name."""
    provider: str = ""
    """The provider whose credential convention it follows; empty: as the request says."""
    organizations: frozenset[str] = frozenset()
    """The organizations whose tasks may use it; empty: all."""
    ports: frozenset[int] = frozenset()
    """Allowed ports in addition to the default one of the scheme."""
    private: tuple[Network, ...] = ()
    """Networks that are not public and to which its name may resolve."""

    def is_for(self, name: str, organization: str | None) -> bool:
        """Whether this is the host of that name and the organization may use it."""
        if self.organizations and organization not in self.organizations:
            return False
        if self.name == "*":
            return NAME.fullmatch(name) is not None
        if self.name.startswith("*."):
            return NAME.fullmatch(name) is not None and name.endswith(self.name[1:])
        return name == self.name


KNOWN = (
    Host("github.com", "GITHUB"),
    Host("gitlab.com", "GITLAB"),
    Host("bitbucket.org", "BITBUCKET"),
    Host("dev.azure.com", "AZURE_DEVOPS"),
    Host("*.visualstudio.com", "AZURE_DEVOPS"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """A URL that passed the checks; the addresses of its host are still to be checked."""

    url: str
    host: Host | None
    """None for a directory on this machine."""
    name: str = ""
    port: int = 0

    @property
    def provider(self) -> str:
        """The provider of the host, empty if the host alone does not tell."""
        return self.host.provider if self.host else ""


@dataclass(frozen=True, slots=True)
class HostRules:
    """Where repositories may be fetched from."""

    protocols: frozenset[str] = frozenset({"https"})
    hosts: tuple[Host, ...] = KNOWN

    def check_url(self, url: str, organization: str | None) -> Origin:
        """The URL in canonical spelling, or `HostRefusedError`.

        Without an organization it is for a command of a person at this machine, who may connect to any host.
        """
        if not PLAIN.fullmatch(url) or "\\" in url:
            raise HostRefusedError("the URL holds characters that no URL has; write other letters as xn--")
        try:
            parts = urlsplit(url)
        except ValueError:
            raise HostRefusedError("the URL cannot be read") from None
        if parts.scheme not in self.protocols:
            allowed = ", ".join(sorted(self.protocols))
            raise HostRefusedError(f"cannot clone over {parts.scheme or 'nothing'}: allowed is {allowed}")
        if "@" in parts.netloc:
            raise HostRefusedError(
                "a URL must not carry a user name or password; let a git credential helper give them"
            )
        if parts.query or parts.fragment or "?" in url or "#" in url:
            raise HostRefusedError("the URL of a repository has no query and no fragment")
        if ".." in parts.path.split("/"):
            raise HostRefusedError("the URL must not lead upwards")
        if parts.scheme == "file":
            if parts.netloc:
                raise HostRefusedError("a file URL names no host")
            return Origin(url, None)
        return self._check_host(parts.scheme, parts.netloc, parts.path, organization)

    def _check_host(self, scheme: str, authority: str, path: str, organization: str | None) -> Origin:
        name, port = _split(authority.lower(), PORTS.get(scheme, 0))
        host = next((one for one in self.hosts if one.is_for(name, organization)), None)
        if organization is None and name:
            host = Host(name, host.provider if host else "", ports=frozenset({port}))
        if host is None:
            raise HostRefusedError(f"{name or 'no host'} is not a host that repositories may come from")
        if port != PORTS.get(scheme) and port not in host.ports:
            raise HostRefusedError(f"{name} may not be asked at port {port}")
        if not path.strip("/"):
            raise HostRefusedError("the URL names no repository")
        authority = name if port == PORTS.get(scheme) else f"{name}:{port}"
        return Origin(f"{scheme}://{authority}{path}", host, name, port)


def spelled_plainly(url: str) -> str:
    """The URL as `check_url` spells it, whether it is accepted or not."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    authority = authority.lower().removesuffix(f":{PORTS.get(scheme.lower(), 0)}")
    return f"{scheme.lower()}{separator}{authority}{slash}{path}"


def is_same_repository(one: str, other: str) -> bool:
    """Whether two URLs are spellings of one: hosts ignore a final slash, `.git` and, mostly, case."""
    spellings = (spelled_plainly(url).rstrip("/").removesuffix(".git") for url in (one, other))
    first, second = (url if url.startswith("file:") else url.casefold() for url in spellings)
    return first == second


def check_addresses(origin: Origin, addresses: Iterable[str]) -> list[str]:
    """The addresses in order, without duplicates; `HostRefusedError` unless all may be connected to."""
    private = origin.host.private if origin.host else ()
    accepted = []
    for text in addresses:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not is_public(address) and not any(_within(one, private) for one in _endpoints(address)):
            raise HostRefusedError(f"{origin.name} leads to an address that is not public")
        accepted.append(str(address))
    if not accepted:
        raise HostRefusedError(f"{origin.name} has no address")
    return list(dict.fromkeys(accepted))


def is_public(address: Address) -> bool:
    """Whether an address, or the addresses that it embeds, can be reached from the whole internet."""
    return all(
        one.is_global and not one.is_multicast and not any(_within(one, [range_]) for range_ in NEVER_PUBLIC)
        for one in _endpoints(address)
    )


def _endpoints(address: Address) -> Sequence[Address]:
    """The addresses at which a connection may end: the address itself, or the embedded ones."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return [*address.teredo]
    if address in NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _split(authority: str, default: int) -> tuple[str, int]:
    """Name and port. An IP address is accepted as a name in its canonical spelling only."""
    name, bracket, rest = authority.partition("]") if authority.startswith("[") else ("", "", "")
    if bracket:
        name += bracket
    else:
        name, colon, port = authority.partition(":")
        rest = colon + port
    if rest and not re.fullmatch(r":[1-9][0-9]{0,4}", rest):
        raise HostRefusedError("the port of the URL cannot be read")
    port_number = int(rest[1:]) if rest else default
    if port_number > 0xFFFF or len(name) > 253 or not (NAME.fullmatch(name) or _is_plain(name)):
        raise HostRefusedError("the host of the URL is not spelled as hosts are")
    return name, port_number


def _is_plain(name: str) -> bool:
    """A single label or an IP address in canonical spelling: allowed only for configured hosts."""
    if re.fullmatch(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", name):
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return name == (f"[{address}]" if address.version == 6 else str(address))


def hosts_from(text: str) -> tuple[Host, ...]:
    """The hosts of a TOML text, then the known ones; `BadOptionError` if the text cannot be read."""
    try:
        return (*(_host(one) for one in tomllib.loads(text).get("hosts", [])), *KNOWN)
    except (tomllib.TOMLDecodeError, TypeError, ValueError, AttributeError) as error:
        raise BadOptionError(f"KODUS_AST_HOSTS cannot be used: {error}") from None


def _host(entry: dict[str, Any]) -> Host:
    known = {"name", "provider", "organizations", "ports", "private"}
    if unknown := set(entry) - known:
        raise ValueError(f"a host has no '{min(unknown)}'")
    name = str(entry.get("name", "")).lower()
    provider = str(entry.get("provider", ""))
    if provider and provider not in PROVIDERS:
        raise ValueError(f"no such provider: '{provider}'")
    if name != "*" and not NAME.fullmatch(name.removeprefix("*.")) and not _is_plain(name):
        raise ValueError(f"'{name}' is no host")
    return Host(
        name,
        provider,
        frozenset(str(one) for one in entry.get("organizations", [])),
        frozenset(int(one) for one in entry.get("ports", [])),
        tuple(ipaddress.ip_network(one) for one in entry.get("private", [])),
    )
