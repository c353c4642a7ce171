"""The Arcade Learning Environment as a simulator."""

import difflib
import functools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tengen.core.errors import MissingExtra, UnknownName
from tengen.games.atari.screen import Shrinker
from tengen.games.emulated import Outcome, Simulator

NOOP = 0
_WORD = 2**64 - 1


class Rules(NamedTuple):
    """How an emulated console becomes a game; docs/atari.md says where each convention comes from."""

    rom: str
    actions: tuple[int, ...]
    """The emulator's codes for the actions 0, 1, …"""
    skip: int
    """Frames for which an action is held."""
    sticky: float
    """The chance, at each frame, that the console goes on with the action before."""
    noop: int
    """At the start at most so many frames pass; 0 for none, else 1 at least."""
    one_life: bool
    """Whether the loss of a life ends the game."""
    screen: int
    """Pixels of one side of what a network sees."""
    stack: int
    """Screens that a network sees at once."""
    steps: int
    """After so many steps the game is cut off; 0 for never."""


class Lead(NamedTuple):
    """The frame before a situation, from which its screen is drawn again: the emulator saves no screen."""

    before: Any
    action: int


class Saved(NamedTuple):
    """A snapshot. What only an observer needs is None in those of others."""

    console: Any
    held: int
    luck: int
    steps: int
    screens: tuple[NDArray[np.uint8], ...] | None
    lead: Lead | NDArray[np.uint8] | None
    """Where the game is over, the last picture itself."""


class AtariSimulator(Simulator):
    """One console. Its screen is read only by an observer, and then only in the last two frames of a step."""

    def __init__(self, rules: Rules, *, observing: bool = True) -> None:
        self.rules = rules
        self.observing = observing
        self.console = open_console(rules.rom)
        height, width = self.console.getScreenDims()
        self.screens: tuple[NDArray[np.uint8], ...] | None = None
        """What a network sees [stack], bytes [screen, screen], the newest last; None after others' snapshots."""
        self._steps = 0
        self._held = NOOP
        self._luck = 0
        self._lead: Lead | NDArray[np.uint8] | None = None
        self._at: Saved | None = None
        self._shrinker = Shrinker(height, width, rules.screen)
        self._frames = np.zeros((2, height, width), np.uint8)

    @property
    def lives(self) -> int:
        """How many lives are left; 0 in games without."""
        return int(self.console.lives())

    def reset(self, seed: int) -> None:
        self._luck = _mixed(seed)
        self._held, self._steps, self._at, self._lead = NOOP, 0, None, None
        self.console.reset_game()
        for _ in range(1 + self._below(self.rules.noop) if self.rules.noop else 0):
            self._keep_lead(NOOP)
            self.console.act(NOOP)
            if self.console.game_over():
                self._lead = None
                self.console.reset_game()
        if self.observing:
            self.console.getScreenGrayscale(self._frames[0])
            size = self.rules.screen
            black = np.zeros((size, size), np.uint8)
            self.screens = (*(black,) * (self.rules.stack - 1), self._shrinker(self._frames[0]))

    def step(self, action: int) -> Outcome:
        rules, console = self.rules, self.console
        lives = console.lives() if rules.one_life else 0
        chosen = rules.actions[action]
        reward = 0
        shown = 0
        for frame in range(rules.skip):
            if not rules.sticky or self._chance() >= rules.sticky:
                self._held = chosen
            if self.observing and frame == rules.skip - 1:
                self._keep_lead(self._held)
            reward += console.act(self._held)
            if self.observing and frame >= rules.skip - 2:
                console.getScreenGrayscale(self._frames[shown])
                shown += 1
            if console.game_over():
                break
        self._steps += 1
        self._at = None
        if self.observing:
            self._show(shown)
            if console.game_over():
                self._lead = console.getScreenRGB()
        over = console.game_over() or (rules.one_life and console.lives() < lives)
        return Outcome(float(reward), bool(over), self._steps == rules.steps)

    def save(self) -> Any:
        if self._at is None:
            console = self.console.cloneState()
            self._at = Saved(console, self._held, self._luck, self._steps, self.screens, self._lead)
        return self._at

    def restore(self, snapshot: Any) -> None:
        if snapshot is not self._at:
            console, self._held, self._luck, self._steps, self.screens, self._lead = snapshot
            self.console.restoreState(console)
            self._at = snapshot

    def reseed(self, seed: int) -> None:
        self._luck = _mixed(seed)
        self._at = None

    def observe(self, planes: NDArray[np.float32]) -> None:
        if self.screens is None:
            raise RuntimeError("this situation comes from a simulator that does not observe")
        for plane, screen in zip(planes, self.screens, strict=True):
            np.divide(screen, np.float32(255.0), out=plane)

    def picture(self) -> NDArray[np.uint8]:
        """The console's screen in colour [210, 160, 3]; some games have more rows."""
        if isinstance(self._lead, np.ndarray):
            return self._lead.copy()
        here = self.save()
        if self._lead is None:
            self.console.reset_game()
        else:
            self.console.restoreState(self._lead.before)
            self.console.act(self._lead.action)
        drawn: NDArray[np.uint8] = self.console.getScreenRGB()
        self.console.restoreState(here.console)
        return drawn

    def _keep_lead(self, action: int) -> None:
        if self.observing:
            self._lead = Lead(self.console.cloneState(), action)

    def _show(self, shown: int) -> None:
        """Adds a screen: at each pixel the brighter of the last two frames, which flicker."""
        newest = self._frames[0]
        if shown == 0:
            self.console.getScreenGrayscale(newest)
        elif shown == 2:
            newest = np.maximum(newest, self._frames[1])
        if self.screens is not None:
            self.screens = (*self.screens[1:], self._shrinker(newest))

    def _chance(self) -> float:
        """A random number in [0, 1)."""
        self._luck = (self._luck + 0x9E3779B97F4A7C15) & _WORD
        return _scrambled(self._luck) / 2.0**64

    def _below(self, bound: int) -> int:
        return int(self._chance() * bound)


def _scrambled(word: int) -> int:
    """The output function of SplitMix64, as in core/random.py."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


def _mixed(seed: int) -> int:
    """The state of a stream of random numbers that belongs to `seed`; streams of near seeds are far apart."""
    return _scrambled((seed + 0x9E3779B97F4A7C15) & _WORD)


def open_console(rom: str) -> Any:
    """An emulator with a cartridge in it. Nothing in it is left to chance: stickiness is the simulator's own."""
    from ale_py import ALEInterface

    console = ALEInterface()
    console.setInt("random_seed", 0)
    console.setFloat("repeat_action_probability", 0.0)
    console.loadROM(rom)
    return console


class Cartridge(NamedTuple):
    """What is known of a ROM."""

    name: str
    path: str
    minimal: tuple[int, ...]
    """Codes of the actions that do something in this game."""
    legal: tuple[int, ...]
    """Codes of all actions of the console."""
    names: tuple[str, ...]
    """Names of the actions by their codes."""


@functools.cache
def cartridge(name: str) -> Cartridge:
    """Finds a ROM among those that come with ale-py; UnknownName gives the nearest names if there is none."""
    try:
        import ale_py
        from ale_py import roms
    except ModuleNotFoundError:
        raise MissingExtra("Atari games need the Arcade Learning Environment: pip install 'tengen[atari]'") from None
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    known = {rom.replace("_", ""): rom for rom in roms.get_all_rom_ids()}
    plain = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    path = str(roms.get_rom_path(known[plain])) if plain in known else ""
    if plain in known and ale_py.ALEInterface.isSupportedROM(Path(path)) is None:
        raise UnknownName(f"the emulator does not play {known[plain]}, though its ROM is there")
    if plain not in known:
        near = [known[word] for word in difflib.get_close_matches(plain, known, n=3)]
        hint = f"; did you mean {' or '.join(near)}?" if near else ", such as breakout, pong or space_invaders"
        raise UnknownName(f"unknown Atari game {name[:40]!r}{hint} ({len(known)} ROMs come with ale-py)")
    console = open_console(path)
    codes = [action.value for action in console.getLegalActionSet()]
    names = {action.value: action.name for action in console.getLegalActionSet()}
    return Cartridge(
        known[plain],
        path,
        tuple(action.value for action in console.getMinimalActionSet()),
        tuple(codes),
        tuple(names[code] for code in sorted(names)),
    )
