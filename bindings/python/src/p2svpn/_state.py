from __future__ import annotations

import enum


class State(enum.Enum):
    """Where a session is on its way."""

    DISCONNECTED = "Disconnected"
    """Nothing is going on: not started, or ended for good."""
    PREPARING = "Preparing"
    """The identity is loaded and checked, and the device is chosen."""
    SIGNING_IN = "SigningIn"
    """A challenge waits for an answer."""
    CONNECTING = "Connecting"
    """The gateway is called, and each side proves who it is."""
    CONFIGURING = "Configuring"
    """The device and the machine are given the addresses and routes."""
    CONNECTED = "Connected"
    """Packets go through."""
    RECONNECTING = "Reconnecting"
    """The connection was lost, and the session is getting it back; what would go through the tunnel is held."""
    DISCONNECTING = "Disconnecting"
    """The session is ending and what it changed is undone."""
    UNKNOWN = "Unknown"
    """A state that this package has no name for."""

    def __str__(self) -> str:
        return self.value
