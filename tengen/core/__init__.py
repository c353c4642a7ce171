"""What everything else stands on: compiled kernels, random streams, errors."""
