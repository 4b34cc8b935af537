"""The `tapehouse` command, one module per verb."""
