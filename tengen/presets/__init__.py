"""One TOML file for each recipe."""
