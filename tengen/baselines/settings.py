"""Settings of a baseline: a frozen dataclass, its bounds beside each field, overrides `key=value`, TOML."""

import dataclasses
import tomllib
import typing
from pathlib import Path
from typing import Any, TypeVar

from tengen.core.errors import InvalidParameter, unknown

Kind = TypeVar("Kind")


def setting(default: Any, least: float | None = None, most: float | None = None) -> Any:
    """A field of a settings dataclass with the least and the most that it may be."""
    return dataclasses.field(default=default, metadata={"least": least, "most": most})


def with_overrides(settings: Kind, overrides: typing.Iterable[str]) -> Kind:
    """The settings changed by texts such as `learning_rate=0.001`; InvalidParameter says what is accepted."""
    table: dict[str, Any] = {}
    for override in overrides:
        key, equals, value = (part.strip() for part in override.partition("="))
        if not equals:
            raise InvalidParameter(f"{override[:60]!r} is no setting: write key=value")
        try:
            table[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            table[key] = value
    return with_values(settings, table)


def with_values(settings: Kind, table: dict[str, Any]) -> Kind:
    """The settings with some values replaced; an unknown key, a wrong type or a value out of bounds is an error."""
    fields = {field.name: field for field in dataclasses.fields(settings)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(type(settings))
    values = {}
    for key, value in table.items():
        if key not in fields:
            raise unknown("setting", key, fields)
        values[key] = _checked(fields[key], hints[key], value)
    return dataclasses.replace(settings, **values)  # type: ignore[type-var]


def _checked(field: "dataclasses.Field[Any]", hint: Any, value: Any) -> Any:
    name = field.name
    if typing.get_origin(hint) is typing.Literal:
        if value not in typing.get_args(hint):
            raise unknown(f"value of {name}", str(value), map(str, typing.get_args(hint)))
        return value
    if typing.get_origin(hint) is tuple:
        if isinstance(value, int) and not isinstance(value, bool):
            value = [value]
        if not isinstance(value, list | tuple):
            raise InvalidParameter(f"{name} must be a list such as [64, 64], not {str(value)[:40]!r}")
        return tuple(_checked(field, typing.get_args(hint)[0], part) for part in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
        raise InvalidParameter(f"{name} must be {kinds[hint]}, not {str(value)[:40]!r}")
    least, most = field.metadata.get("least"), field.metadata.get("most")
    if (least is not None and not value >= least) or (most is not None and not value <= most):
        bounds = f"{least:g} or more" if most is None else f"from {least:g} to {most:g}"
        raise InvalidParameter(f"{name}={value} is not accepted: {bounds}")
    return value


def to_toml(settings: Any, **more: object) -> str:
    """Settings as TOML, `more` first."""
    pairs = more | dataclasses.asdict(settings)
    return "".join(f"{key} = {_toml(value)}\n" for key, value in pairs.items())


def read_toml(path: Path) -> dict[str, Any]:
    """What `to_toml` wrote; InvalidParameter if it is no TOML."""
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"{path} is no TOML file: {error}") from None


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)
