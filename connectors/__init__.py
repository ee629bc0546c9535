"""The outside world in our words. Imports nothing of the other folders."""
