"""Finished games as data: in memory, in Parquet shards, as SGF text."""

from tengen.records.record import GameRecord
from tengen.records.shards import ReadShards, read_shard, read_shards, write_shard

__all__ = ["GameRecord", "ReadShards", "read_shard", "read_shards", "write_shard"]
