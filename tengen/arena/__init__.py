"""Matches and tournaments between agents: games in parallel, ratings, tests."""

from tengen.arena.match import play_match as play_match
from tengen.arena.result import MatchResult as MatchResult
