"""Text to understanding. Imports nothing of the other folders."""
