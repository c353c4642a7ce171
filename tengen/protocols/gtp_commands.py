"""The commands of a GTP session by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tengen.protocols.gtp_line import Request
    from tengen.protocols.gtp_session import GtpSession

Command = Callable[["GtpSession", list[str]], str]

COMMANDS: dict[str, tuple[Command, int]] = {}
"""What each command calls, and how many arguments it needs at least."""

Streamed = Callable[["GtpSession", "Request"], str]

STREAMED: dict[str, Streamed] = {}
"""Commands that say lines while they run; what they return ends the answer."""


def command(name: str, arguments: int = 0) -> Callable[[Command], Command]:
    """Registers a function of the session as the command `name`; arguments beyond those that it needs are ignored."""

    def register(method: Command) -> Command:
        COMMANDS[name] = (method, arguments)
        return method

    return register
