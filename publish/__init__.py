"""What readers get: a whole copy of the warehouse that no writer ever touches."""

from publish.reader import open_market

__all__ = ["open_market"]
