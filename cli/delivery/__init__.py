"""Commands that hand data to people and programs."""
