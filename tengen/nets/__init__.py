"""Networks: shape, losses, training, checkpoints, and fast evaluation for the search."""
