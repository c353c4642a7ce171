"""What a program that speaks GTP, UCI or USI must do, asked of it point by point."""
