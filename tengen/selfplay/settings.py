"""All settings of a training run: dataclasses with defaults, presets as TOML, overrides from the command line."""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from tengen.core.errors import InvalidParameter, UnknownName, unknown
from tengen.games import registry
from tengen.mcts.config import SearchConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """The shape of the network."""

    blocks: int = 4
    channels: int = 32
    pool_every: int = 2
    """Every so many blocks add globally pooled features; 0 for none."""
    score: bool = True
    """Whether a game with points (Go) gets heads for who owns each point at the end, and by how much is won."""
    count: bool = True
    """Whether the value then sees the count of the board by these owners, with komi."""
    reply: bool = False
    """Whether a head of its own foretells the opponent's reply."""
    horizons: tuple[int, ...] = ()
    """Heads for the value so many plies on, on average, as the search sees it then (KataGo: 6, 16 and 50 turns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfplaySettings:
    """How games are made."""

    workers: int = 0
    """Processes that play, one thread each; 0 is one for each core."""
    games: int = 128
    """Games that each worker plays in lockstep."""
    variants: tuple[str, ...] = ()
    """Games to draw from for each new game, equally likely; none is `game` alone. They share one network's shapes."""
    opening_share: float = 0.0
    """Share of games that begin with moves that no search chose."""
    opening_plies: int = 0
    """Those begin with one to so many of them."""
    opening_by: Literal["random", "policy"] = "random"
    """What draws them: chance, or the network's own policy (KataGo's `policyInit`)."""
    first_simulations: int = 0
    """Simulations a move at the start, growing to `search.simulations` at `grown_at`; 0 is a constant number."""
    grown_at: float = 0.5
    """Fraction of the time at which the full number of simulations is reached."""
    full_share: float = 1.0
    """Share of moves that are searched in full and learned from; the others, chosen by `fast_simulations`, only move
    the game on (Wu 2019, playout cap randomisation: 0.25)."""
    fast_simulations: int = 4
    surprise_share: float = 0.0
    """Share of a game's weight in the draw of samples that goes to its positions by how far the search left the
    network's policy behind (KataGo: 0.5); the rest is shared alike."""
    decided_above: float = 1.0
    """A game is decided while its value has stayed beyond this for `decided_plies` plies: its moves are then fast ones
    that weigh `decided_weight` (KataGo's soft resignation: 0.9, 3 and 0.1); 1 never."""
    decided_plies: int = 3
    decided_weight: float = 0.1
    plies: int = 0
    """A game of one player is cut off after so many plies, as if it could go on; 0 never."""
    resign_below: float = -1.0
    """A game is cut when its mover's value stayed below this for `resign_plies` of his moves; -1 never."""
    resign_plies: int = 3
    resign_share: float = 0.8
    """Share of games in which cutting is allowed; the others show whether it was right."""
    resign_wrong: float = 1.0
    """Where of those who would have been cut in the others a larger share than this had not lost, the limit falls
    (AlphaGo Zero: 0.05); 1 leaves it."""
    engine: Literal["auto", "torch", "torch-float32", "openvino", "openvino-float32", "openvino-int8"] = "auto"
    """Inference; `auto` is openvino-int8 where OpenVINO is installed and there is no GPU, else the best of the rest."""
    cached: int = 0
    """Positions whose evaluation each worker remembers, so that a search need not ask for what the one before knew.

    Each takes 4 bytes for every action of the game: 5 MB for 16,384 of them in 9x9 Go, 300 MB in chess."""
    shard_games: int = 500
    """Games in one Parquet shard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """How the network learns."""

    batch: int = 512
    """Positions in a batch."""
    learning_rate: float = 2e-3
    """AdamW's."""
    matrix_rate: float = 0.05
    """Muon's, which trains all weights but those of the last layers, of biases and normalisation; 0 leaves all to
    AdamW."""
    schedule: Literal["drops", "cosine"] = "drops"
    """How the rate falls: in steps, or as half a cosine down to `final_rate` of it."""
    drops: tuple[float, ...] = (0.6, 0.85)
    """Fractions of the time at which the learning rate is multiplied by `drop`."""
    drop: float = 0.3
    final_rate: float = 0.05
    warmup_steps: int = 50
    weight_decay: float = 1e-4
    gradient_clip: float = 5.0
    samples_per_position: float = 3.0
    """How often each new position is trained on, on average."""
    window_start: int = 20_000
    """Newest positions to draw from: c = `window_start` at first, of n in all c (1 + share ((n / c)^a - 1) / a), with
    share = `window_share` and a = `window_exponent` (Wu 2019: 0.4 and 0.75; with 1 it grows in a straight line)."""
    window_share: float = 0.35
    window_exponent: float = 1.0
    first_positions: int = 5_000
    """Training begins when so many positions are there."""
    catch_up: float = 3.0
    """When a run goes on with another network: samples of each position of the window that it learns from at first."""
    td_steps: int = 0
    """For one player: after so many moves the search's value stands for later rewards; 0 adds up all of them.

    MuZero: 10 in Atari; EfficientZero: 5."""
    symmetries: bool = True
    """Whether each sample is seen under a random symmetry of its board."""
    value_share: float = 0.0
    """Share of the search's own value, `value_horizon` plies on, in what the value learns; the rest is the result."""
    value_horizon: float = 8.0
    ownership_weight: float = 0.5
    """What the loss of each head counts, beside the 1 of policy and value."""
    score_weight: float = 0.25
    reply_weight: float = 0.15
    horizon_weight: float = 0.2
    ema: float = 0.99
    """Decay of the averaged weights that play and are published, per step."""
    publish_seconds: float = 40.0
    """Least time between two networks for the workers."""
    checkpoint_minutes: float = 5.0
    """Time between numbered checkpoints, the rated ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderSettings:
    """Opponents of fixed strength that give the rating an absolute meaning; for one player, agents to compare with."""

    opponents: tuple[str, ...] = ("random", "uct:sims=200")
    games: int = 20
    """Games against each, at each numbered checkpoint; and against the checkpoint before. For one player, episodes."""
    simulations: int = 64
    opening_plies: int = 2
    """Random plies before each pair of games of two players."""
    plies: int = 0
    """The most moves of an episode of one player; 0 plays to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamSettings:
    """The match at the end of a run; for one player, episodes of each agent."""

    opponents: tuple[str, ...] = ("random", "uct:sims=500")
    games: int = 20
    simulations: int = 100
    opening_plies: int = 2


SELFPLAY_SEARCH = SearchConfig(policy="gumbel", simulations=16, considered=8, gumbel_scale=1.0)
"""How self-play searches unless a preset says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One training run."""

    game: str
    """The game's text, such as `go:size=9,komi=7`."""
    minutes: float = 20.0
    positions: int = 0
    """A run ends after so many positions of self-play too, if that comes first; 0: only by its time."""
    evaluations: int = 0
    """A run ends after so many evaluations by its workers too, if that comes first; 0: only by its time."""
    seed: int = 1
    network: NetworkSettings = field(default_factory=NetworkSettings)
    search: SearchConfig = SELFPLAY_SEARCH
    selfplay: SelfplaySettings = field(default_factory=SelfplaySettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    ladder: LadderSettings = field(default_factory=LadderSettings)
    exam: ExamSettings = field(default_factory=ExamSettings)


MANY = 10_000_000
"""More of anything that is counted is a slip of the keyboard."""

RANGES: dict[str, tuple[float, float]] = {
    "positions": (0, 1e12),
    "evaluations": (0, 1e15),
    "seed": (0, 2**32 - 1),
    "network.blocks": (1, 1000),
    "network.channels": (1, 65536),
    "network.pool_every": (0, 1000),
    "network.horizons": (1, 1000),
    "search.simulations": (1, MANY),
    "search.considered": (1, MANY),
    "search.gumbel_scale": (0, 100),
    "search.c_visit": (0, MANY),
    "search.c_scale": (0, MANY),
    "search.c_init": (0, MANY),
    "search.c_base": (1, 1e12),
    "search.c_uct": (0, MANY),
    "search.c_proof": (0, MANY),
    "search.fpu_reduction": (0, 2),
    "search.root_fpu_reduction": (0, 2),
    "search.dirichlet_alpha": (0, MANY),
    "search.dirichlet_fraction": (0, 1),
    "search.forced_playouts": (0, MANY),
    "search.temperature": (0, MANY),
    "search.c_lcb": (0, MANY),
    "search.leaves": (1, MANY),
    "search.rollout_plies": (0, MANY),
    "search.virtual_loss": (0, MANY),
    "selfplay.workers": (0, 10_000),
    "selfplay.games": (1, MANY),
    "selfplay.opening_share": (0, 1),
    "selfplay.opening_plies": (0, MANY),
    "selfplay.first_simulations": (0, MANY),
    "selfplay.grown_at": (0, 1),
    "selfplay.full_share": (0.001, 1),
    "selfplay.fast_simulations": (1, MANY),
    "selfplay.surprise_share": (0, 1),
    "selfplay.decided_above": (0, 1),
    "selfplay.decided_plies": (1, MANY),
    "selfplay.decided_weight": (0, 1),
    "selfplay.cached": (0, MANY),
    "selfplay.plies": (0, MANY),
    "selfplay.resign_below": (-1, 1),
    "selfplay.resign_plies": (1, MANY),
    "selfplay.resign_share": (0, 1),
    "selfplay.resign_wrong": (0, 1),
    "selfplay.shard_games": (1, MANY),
    "training.batch": (2, MANY),
    "training.learning_rate": (1e-9, 100),
    "training.matrix_rate": (0, 100),
    "training.drops": (0, 1),
    "training.drop": (0, 1),
    "training.final_rate": (0, 1),
    "training.warmup_steps": (0, MANY),
    "training.weight_decay": (0, 100),
    "training.gradient_clip": (1e-9, 1e9),
    "training.samples_per_position": (0, 1000),
    "training.window_start": (1, 1e12),
    "training.window_share": (0, 1),
    "training.window_exponent": (0.01, 1),
    "training.first_positions": (1, 1e12),
    "training.catch_up": (0, 1000),
    "training.td_steps": (0, MANY),
    "training.value_share": (0, 1),
    "training.value_horizon": (1, 1000),
    "training.ownership_weight": (0, 100),
    "training.score_weight": (0, 100),
    "training.reply_weight": (0, 100),
    "training.horizon_weight": (0, 100),
    "training.ema": (0, 0.999999),
    "training.publish_seconds": (0, 1e9),
    "training.checkpoint_minutes": (0.001, 1e9),
    "ladder.games": (0, MANY),
    "ladder.simulations": (1, MANY),
    "ladder.opening_plies": (0, MANY),
    "ladder.plies": (0, MANY),
    "exam.games": (0, MANY),
    "exam.simulations": (1, MANY),
    "exam.opening_plies": (0, MANY),
}
"""The least and the most that every number may be; `minutes` are any above 0."""


def presets() -> list[str]:
    """The names of all presets."""
    return sorted(path.name[:-5] for path in resources.files("tengen.presets").iterdir() if path.name.endswith(".toml"))


def load(name: str, overrides: tuple[str, ...] = ()) -> Settings:
    """The settings of a preset, a TOML file or a bare game, with overrides such as `search.simulations=32`.

    A bare game of one player has the settings of the preset with the game's name, where there is one.
    """
    if name in presets():
        table = tomllib.loads(_preset(name))
    elif name.endswith(".toml"):
        table = read_toml(Path(name))
    else:
        if name.partition(":")[0] not in registry.GAMES:
            raise unknown("preset or game", name, {*presets(), *registry.names()})
        game = registry.make(name)
        table = {"game": game.text}
        if game.num_players == 1 and game.name in presets():
            table = tomllib.loads(_preset(game.name)) | table
    parse_overrides(overrides, table)
    settings = from_table(table)
    registry.make(settings.game)
    for text in settings.selfplay.variants:
        registry.make(text)
    return settings


def _preset(name: str) -> str:
    return (resources.files("tengen.presets") / f"{name}.toml").read_text()


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file; InvalidParameter says where it is malformed."""
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"{path} is no TOML file: {error}") from None


def from_table(table: dict[str, Any]) -> Settings:
    """Settings from nested tables; an unknown key or a wrong type is an error that names the nearest right one."""
    settings: Settings = _build(Settings, table, "")
    check_ranges(settings)
    return settings


def check_ranges(settings: Settings) -> None:
    """InvalidParameter if a number is out of its range."""
    if not 0 < settings.minutes < float("inf"):
        raise InvalidParameter(f"minutes must be above 0, not {settings.minutes:g}")
    for name, (least, most) in RANGES.items():
        section, _, key = name.rpartition(".")
        value = getattr(getattr(settings, section) if section else settings, key)
        for number in value if isinstance(value, tuple) else (value,):
            if not least <= number <= most:
                raise InvalidParameter(f"{name} must be from {_plain(least)} to {_plain(most)}, not {number}")


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def overlay(base: Settings, table: dict[str, Any]) -> Settings:
    """The settings `base` with those in nested tables put in their place; errors as in `from_table`."""
    return from_table(_merged(tomllib.loads(to_toml(base)), table))


def _merged(table: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in above.items():
        before = merged.get(key)
        merged[key] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def parse_overrides(texts: Iterable[str], table: dict[str, Any]) -> None:
    """Puts settings such as `search.simulations=32` into nested tables."""
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise InvalidParameter(f"{text!r} is no setting: write key=value, such as search.simulations=32")
        _put(table, key.strip(), value.strip())


def differences(settings: Settings, base: Settings) -> dict[str, str]:
    """The settings that are not as in `base`: each name with its value as TOML."""
    found = {}
    for name in _all_names():
        section, _, key = name.rpartition(".")
        value, before = (getattr(getattr(each, section) if section else each, key) for each in (settings, base))
        if value != before:
            found[name] = _toml(value)
    return found


def to_toml(settings: Settings) -> str:
    """The settings as TOML text that `from_table` reads back."""
    plain, tables = [], []
    for entry in dataclasses.fields(settings):
        value = getattr(settings, entry.name)
        if dataclasses.is_dataclass(value):
            pairs = [f"{part.name} = {_toml(getattr(value, part.name))}" for part in dataclasses.fields(value)]
            tables.append("\n".join([f"\n[{entry.name}]", *pairs]))
        else:
            plain.append(f"{entry.name} = {_toml(value)}")
    return "\n".join(plain + tables) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)


def _put(table: dict[str, Any], key: str, text: str) -> None:
    *sections, last = key.split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            raise InvalidParameter(f"{key} is no setting: {section} has no parts")
    try:
        table[last] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        table[last] = text


def _build(kind: type[Any], table: dict[str, Any], prefix: str) -> Any:
    hints = typing.get_type_hints(kind)
    known = {entry.name for entry in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            try:
                raise unknown("setting", prefix + key, [*_all_names(), *(known if not prefix else ())])
            except UnknownName as error:
                said = str(error).partition(" (known")[0]
                end = "" if said.endswith("?") else ";"
                raise UnknownName(f"{said}{end} `tengen train PRESET --settings` lists all") from None
        values[key] = _convert(hints[key], value, prefix + key)
    try:
        return kind(**_defaults(kind, prefix) | values)
    except TypeError:
        raise InvalidParameter("a run needs a setting `game`, such as game = 'go:size=9'") from None


def _defaults(kind: type[Any], prefix: str) -> dict[str, Any]:
    """A section of a run starts from the run's own defaults, which may differ from those of its class."""
    return dataclasses.asdict(SELFPLAY_SEARCH) if prefix == "search." else {}


def _all_names(kind: type[Any] = Settings, prefix: str = "") -> list[str]:
    names = []
    hints = typing.get_type_hints(kind)
    for entry in dataclasses.fields(kind):
        if dataclasses.is_dataclass(hints[entry.name]):
            names += _all_names(hints[entry.name], f"{entry.name}.")
        else:
            names.append(prefix + entry.name)
    return names


def _convert(hint: Any, value: Any, name: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise InvalidParameter(f"{name} is a section: write [{name}] or {name}.key=value")
        return _build(typing.cast(type[Any], hint), value, f"{name}.")
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        if value not in typing.get_args(hint):
            raise unknown(f"value of {name}", str(value), map(str, typing.get_args(hint)))
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise InvalidParameter(f"{name} must be a list, not {value!r}")
        return tuple(_convert(typing.get_args(hint)[0], part, name) for part in value)
    if origin in (typing.Union, types.UnionType):
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
        raise InvalidParameter(f"{name} must be {kinds[hint]}, not {value!r}")
    return value
