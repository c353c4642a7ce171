"""Finished games as data: in memory, in Parquet shards, as SGF, PGN, KIF and CSA text."""

from tengen.records.csa import load_csa, read_csa, write_csa
from tengen.records.export import Exported, export_games
from tengen.records.formats import FORMATS, Format, format_of, formats_of, read_games, write_games
from tengen.records.kif import load_kif, read_kif, write_kif
from tengen.records.pgn import PgnGame, load_pgn, read_pgn, write_pgn
from tengen.records.record import DECIDED_BY_THE_RULES, GameRecord, MoveNote
from tengen.records.sgf import SgfGame, load_sgf, read_sgf, write_sgf
from tengen.records.sgf_parser import SgfNode
from tengen.records.shards import ReadShards, each_shard, read_shard, read_shards, write_shard
from tengen.records.shogi_game import ShogiGame, ShogiNode

__all__ = [
    "DECIDED_BY_THE_RULES",
    "FORMATS",
    "Exported",
    "Format",
    "GameRecord",
    "MoveNote",
    "PgnGame",
    "ReadShards",
    "SgfGame",
    "SgfNode",
    "ShogiGame",
    "ShogiNode",
    "each_shard",
    "export_games",
    "format_of",
    "formats_of",
    "load_csa",
    "load_kif",
    "load_pgn",
    "load_sgf",
    "read_csa",
    "read_games",
    "read_kif",
    "read_pgn",
    "read_sgf",
    "read_shard",
    "read_shards",
    "write_csa",
    "write_games",
    "write_kif",
    "write_pgn",
    "write_sgf",
    "write_shard",
]
