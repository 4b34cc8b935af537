"""What `tapehouse doctor` looks at: the machine, the programs, the settings and the data folder."""
