"""URLs are checked before any connection: canonical spelling, known hosts, public addresses."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodus_ast.errors import BadOptionError, HostRefusedError
from kodus_ast.host_policy import KNOWN, Host, HostRules, check_addresses, hosts_from, is_public

RULES = HostRules()
ANYWHERE = HostRules(hosts=(Host("*"),))
ACME = """
[[hosts]]
name = "git.acme.example"
provider = "GITLAB"
organizations = ["acme"]
ports = [8443]
private = ["10.20.0.0/16", "fd00:20::/32"]
"""


def refused(url: str, rules: HostRules = ANYWHERE, organization: str | None = "org") -> str:
    with pytest.raises(HostRefusedError) as raised:
        rules.check_url(url, organization)
    return str(raised.value)


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://github.com/a/b", "GITHUB"),
        ("https://GitHub.com/a/b.git", "GITHUB"),
        ("https://github.com:443/a/b", "GITHUB"),
        ("https://gitlab.com/a/b/c/d", "GITLAB"),
        ("https://bitbucket.org/a/b", "BITBUCKET"),
        ("https://dev.azure.com/a/b/_git/c", "AZURE_DEVOPS"),
        ("https://acme.visualstudio.com/b/_git/c", "AZURE_DEVOPS"),
    ],
)
def test_the_known_hosts_are_accepted_in_one_spelling(url: str, provider: str) -> None:
    origin = RULES.check_url(url, "org")
    assert (origin.provider, origin.port) == (provider, 443)
    assert origin.url == url.replace("GitHub", "github").replace(":443", "")


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com/a/b",
        "ssh://github.com/a/b",
        "git@github.com:a/b",
        "ext::sh -c touch% x",
        "file:///etc",
        "ftp://github.com/a",
        "https://github.com@evil.example/a",
        "https://user:password@github.com/a/b",
        "https://github.com%40evil.example/a",
        "https://github.com\\@evil.example/a",
        "https://github.com\t/a/b",
        "https://github.com/a\nb",
        "https://gıthub.com/a/b",
        "https://ｇithub.com/a/b",
        "https://github。com/a/b",
        "https://github.com./a/b",
        "https://github.com../a/b",
        "https://.github.com/a/b",
        "https://github.com:22/a/b",
        "https://github.com:0443/a/b",
        "https://github.com:443:443/a/b",
        "https://github.com:99999/a/b",
        "https://github.com:/a/b",
        "https://github.com/a/b?x=1",
        "https://github.com/a/b#x",
        "https://github.com/a/b?",
        "https://github.com/../a",
        "https://github.com/",
        "https://github.com",
        "https:///a/b",
        "https:a/b",
        "//github.com/a/b",
        "",
        "https://github.com.evil.example/a",
        "https://evilgithub.com/a/b",
        "https://visualstudio.com/a",
        "https://evilvisualstudio.com/a",
        "https://[::1]/a/b",
        "https://[::1/a/b",
        "https://::1/a/b",
        "https://[::ffff:127.0.0.1]/a",
        "https://[fe80::1%25eth0]/a",
    ],
)
def test_every_other_spelling_is_refused(url: str) -> None:
    assert refused(url, RULES)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
        "017700000001",
        "127.0.0.1.", "0", "localhost", "localhost.", "metadata", "169.254.169.254", "8.8.8.8", "[::]",
        "[0:0:0:0:0:ffff:7f00:1]", "[2606:4700::1111]", "1.2.3.4.5", "a.0x7f", "a.1", "-a.example",
        "a-.example",
        "a..example", "a_b.example", "x" * 64 + ".example", "a." * 126 + "example",
    ],
)  # fmt: skip
def test_no_address_passes_for_a_name_even_where_every_name_may(host: str) -> None:
    assert refused(f"https://{host}/a/b")


@given(number=st.integers(0, 2**32 - 1))
@example(2130706433)
def test_no_spelling_of_an_address_passes_for_a_name(number: int) -> None:
    octets = number.to_bytes(4, "big")
    for spelling in (
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(map(str, octets)),
        ".".join(map(hex, octets)),
        ".".join(f"0{one:o}" for one in octets),
        f"{octets[0]}.{number & 0xFFFFFF}",
        f"[::ffff:{ipaddress.IPv4Address(number)}]",
        f"[{ipaddress.IPv6Address(number)}]",
        ipaddress.IPv4Address(number).reverse_pointer.removesuffix(".in-addr.arpa"),
    ):
        assert refused(f"https://{spelling}/a/b")


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_accepted_is_read_alike_by_everybody(text: str) -> None:
    """What passes is plain: one host, no credentials, and judging it again gives the same."""
    try:
        origin = ANYWHERE.check_url(f"https://{text}", "org")
    except HostRefusedError:
        return
    assert origin.url.isascii()
    assert "@" not in origin.url.split("/")[2]
    assert origin.url.startswith(f"https://{origin.name}/")
    assert ANYWHERE.check_url(origin.url, "org") == origin


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
    "0.1.2.3", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
    "::1", "::", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "100::1", "fec0::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_this_network_is_connected_to(address: str) -> None:
    origin = RULES.check_url("https://github.com/a/b", "org")
    with pytest.raises(HostRefusedError):
        check_addresses(origin, [address])
    # One bad address among good ones is as bad: who answers chooses which is used.
    with pytest.raises(HostRefusedError):
        check_addresses(origin, ["140.82.121.4", address])


def test_public_addresses_are_pinned_in_order_and_once() -> None:
    origin = RULES.check_url("https://github.com/a/b", "org")
    given = ["2606:50c0:8000::64", "140.82.121.4", "140.82.121.4"]
    assert check_addresses(origin, given) == ["2606:50c0:8000::64", "140.82.121.4"]
    with pytest.raises(HostRefusedError):
        check_addresses(origin, [])


@given(address=st.ip_addresses())
def test_what_is_public_is_global_however_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    assert not is_public(address) or address.is_global
    if address.version == 4:
        for wrapped in (
            f"::ffff:{address}",
            str(ipaddress.IPv6Address(0x64FF9B << 96 | int(address))),
            str(ipaddress.IPv6Address(0x2002 << 112 | int(address) << 80)),
        ):
            assert is_public(ipaddress.ip_address(wrapped)) == is_public(address)


def test_a_host_of_its_own_is_one_organization_s() -> None:
    rules = HostRules(hosts=hosts_from(ACME))
    origin = rules.check_url("https://git.acme.example:8443/a/b", "acme")
    assert (origin.provider, origin.port) == ("GITLAB", 8443)
    assert origin.url == "https://git.acme.example:8443/a/b"
    assert check_addresses(origin, ["10.20.1.2", "fd00:20::1", "::ffff:10.20.1.2"])
    for address in ("10.21.0.1", "127.0.0.1", "fd00:21::1"):
        with pytest.raises(HostRefusedError):
            check_addresses(origin, [address])
    assert refused("https://git.acme.example:8443/a/b", rules, "other")
    assert refused("https://git.acme.example:9000/a/b", rules, "acme")
    assert rules.check_url("https://github.com/a/b", "other").provider == "GITHUB"


def test_an_address_is_a_host_only_where_it_is_configured_and_as_it_is_spelled() -> None:
    rules = HostRules(hosts=hosts_from('[[hosts]]\nname = "127.0.0.1"\nprivate = ["127.0.0.0/8"]\n'))
    assert rules.check_url("https://127.0.0.1/a", "org").name == "127.0.0.1"
    for spelling in ("127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "127.000.000.001"):
        assert refused(f"https://{spelling}/a", rules)


def test_a_person_may_connect_wherever_they_please_but_not_with_a_url_of_two_minds() -> None:
    assert RULES.check_url("https://gitlab.intranet:8443/a", None).port == 8443
    assert RULES.check_url("https://localhost/a", None).name == "localhost"
    for url in (
        "https://user:secret@localhost/x",
        "https://github.com./a",
        "https://0x7f.1/a",
        "ssh://a.b/c",
    ):
        assert refused(url, RULES, None)


@pytest.mark.parametrize(
    "text",
    [
        "hosts = 3", "[[hosts]]\n", '[[hosts]]\nname = "http://a"', '[[hosts]]\nname = "a.example"\nport = 1',
        '[[hosts]]\nname = "a.example"\nprivate = ["10.0.0.1/8"]', '[[hosts]]\nname = "0x7f.1"', "[[",
        '[[hosts]]\nname = "a.example"\nprovider = "SVN"', '[[hosts]]\nname = "a.example"\nports = ["x"]',
    ],
)  # fmt: skip
def test_a_file_of_hosts_that_says_something_else_is_refused(text: str) -> None:
    with pytest.raises(BadOptionError, match="KODUS_AST_HOSTS"):
        hosts_from(text)


def test_the_known_hosts_stay_known() -> None:
    assert hosts_from("") == KNOWN
