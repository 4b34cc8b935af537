"""A data folder is real or sandbox for ever."""

from __future__ import annotations

import pytest

from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder


def test_the_first_use_stamps_the_origin_and_the_other_is_refused(folder: DataFolder) -> None:
    assert folder.origin is None
    folder.prepare("sandbox")
    assert folder.origin == "sandbox"
    with pytest.raises(ConfigurationError, match="never mix"):
        folder.prepare("real")


def test_a_damaged_stamp_is_an_error_not_a_guess(folder: DataFolder) -> None:
    folder.origin_stamp.write_text("{")
    with pytest.raises(ConfigurationError, match="damaged"):
        _ = folder.origin
