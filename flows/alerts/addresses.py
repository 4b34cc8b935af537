"""Which addresses a message may be sent to, decided after the name was looked up."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from warehouse.errors import TapehouseError

Address = IPv4Address | IPv6Address
# Where clouds tell a machine its own secrets, beside the link-local ones.
METADATA = frozenset(
    ip_address(one)
    for one in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
# An IPv4 address in an IPv6 one, for networks that translate.
TRANSLATED = ip_network("64:ff9b::/96")


class NotDelivered(TapehouseError):
    """A channel did not take a message; says why, never the address."""


@dataclass(frozen=True)
class Target:
    """A host by its name, and the address that was checked and is connected to."""

    host: str
    address: str
    port: int
    is_this_machine: bool


def checked(host: str, port: int) -> Target:
    """Look the name up once; one bad address among those it has is enough to refuse."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"{host}: no such host", "look at the address of the channel") from error
    addresses = [_plain(str(entry[4][0])) for entry in found]
    for one in addresses:
        if one.is_link_local or one.is_unspecified or one.is_multicast or one in METADATA:
            raise NotDelivered(
                f"{host}: refused, its address is link-local, or one of no single machine",
                "name the host that takes messages",
            )
    here = all(one.is_loopback for one in addresses)
    return Target(host, str(addresses[0]), port, here)


def _plain(text: str) -> Address:
    """An IPv4 address that is wrapped in an IPv6 one is judged as what it is."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address in TRANSLATED:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
