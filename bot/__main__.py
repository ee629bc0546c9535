"""`python -m bot`: the same as `policyline`."""

from bot.cli import main

main()
