"""The guard itself: that what tries the network is seen."""

from __future__ import annotations

import socket

import pytest


def test_whoever_tries_the_network_is_refused_and_listed(network):
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("192.0.2.1", 80))
    with pytest.raises(OSError, match="no network"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.sendto(b"telemetry", ("192.0.2.1", 80))
    assert len(network) == 2
    network.clear()
