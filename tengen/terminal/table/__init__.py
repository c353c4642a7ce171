"""The full screen of `tengen play`: the game on the table, how it is drawn, who thinks, and the program around it."""
