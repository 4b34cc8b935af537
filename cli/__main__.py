"""`python -m cli` is the `tapehouse` command."""

from cli.main import main

main()
