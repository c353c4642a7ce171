"""The classic methods of reinforcement learning for one player, each in a file that is read from top to bottom."""
