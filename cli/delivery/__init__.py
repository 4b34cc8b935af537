"""Commands that hand data over: files for people and for other programs."""
