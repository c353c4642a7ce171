"""Matches and tournaments between agents: games in parallel, ratings, tests."""

from tengen.arena.alone import LoneResult as LoneResult
from tengen.arena.alone import play_alone as play_alone
from tengen.arena.match import play_match as play_match
from tengen.arena.result import MatchResult as MatchResult
