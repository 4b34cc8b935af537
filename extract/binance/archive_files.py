"""Opens a zip of the archive: one CSV of the expected name, no larger than it may be."""

from __future__ import annotations

import io
import zipfile
import zlib

from extract.binance.archives import ArchiveFile
from extract.outcomes import FetchFailed, Outcome


def unpacked(file: ArchiveFile, most: int) -> bytes:
    """The CSV within; asking again for a file whose checksum holds would not mend it."""
    name = f"{file.base_name}.csv"
    try:
        with zipfile.ZipFile(io.BytesIO(file.body)) as archive:
            members = archive.infolist()
            if [one.filename for one in members] != [name]:
                shown = ", ".join(one.filename[:60] for one in members[:3])
                raise _malformed(f"{file.base_name}.zip holds {shown or 'nothing'}, not {name}")
            if members[0].flag_bits & 1:
                raise _malformed(f"{name} is encrypted")
            # What a member says of its size need not be true, so it is never read further.
            with archive.open(members[0]) as member:
                content = member.read(most + 1)
            if len(content) > most:
                raise _malformed(f"{name} unpacks to more than {most} bytes")
            return content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _malformed(f"{file.base_name}.zip cannot be read: {error}") from None


def _malformed(detail: str) -> FetchFailed:
    return FetchFailed(Outcome.MALFORMED, detail, final=True)
