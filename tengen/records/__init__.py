"""Finished games as data: in memory, in Parquet shards, as SGF text."""

from tengen.records.export import Exported, export_sgf
from tengen.records.record import GameRecord
from tengen.records.sgf import SgfGame, load_sgf, read_sgf, write_sgf
from tengen.records.sgf_parser import SgfNode
from tengen.records.shards import ReadShards, each_shard, read_shard, read_shards, write_shard

__all__ = [
    "Exported",
    "GameRecord",
    "ReadShards",
    "SgfGame",
    "SgfNode",
    "each_shard",
    "export_sgf",
    "load_sgf",
    "read_sgf",
    "read_shard",
    "read_shards",
    "write_sgf",
    "write_shard",
]
