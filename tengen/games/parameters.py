"""Parameters of single-player games, as values or as their texts."""

import math

from tengen.core.errors import InvalidParameter


def number(name: str, value: object, least: float, most: float) -> float:
    """The number that a parameter is; InvalidParameter if it is none, or not between `least` and `most`."""
    try:
        found = float(str(value))
    except ValueError:
        found = math.nan
    if not least <= found <= most:
        raise InvalidParameter(f"{name}={str(value)[:40]} is not accepted: a number from {least:g} to {most:g}")
    return found


def whole(name: str, value: object, least: int, most: int) -> int:
    """The whole number that a parameter is; InvalidParameter if it is none, or not between `least` and `most`."""
    try:
        found = float(str(value))
    except ValueError:
        found = math.nan
    if not (least <= found <= most and found.is_integer()):
        raise InvalidParameter(f"{name}={str(value)[:40]} is not accepted: a whole number from {least} to {most}")
    return int(found)


def above_zero(name: str, value: object, most: float) -> float:
    """The number that a parameter is; InvalidParameter if it is none, or not above 0 and up to `most`."""
    found = number(name, value, 0.0, most)
    if found == 0.0:
        raise InvalidParameter(f"{name}=0 is not accepted: above 0, up to {most:g}")
    return found


def truth(name: str, value: object) -> bool:
    """The truth value that a parameter is; InvalidParameter if it is none."""
    if str(value).lower() not in ("true", "false"):
        raise InvalidParameter(f"{name}={str(value)[:40]} is not accepted: true or false")
    return str(value).lower() == "true"
