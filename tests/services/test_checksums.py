"""The check values of the algorithms' own definitions: of the nine bytes ``123456789``.

https://reveng.sourceforge.io/crc-catalogue/all.htm, https://datatracker.ietf.org/doc/html/rfc3720#appendix-B.4
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from services.checksums import ALGORITHMS, checksum_of, encoded, new_digest

CHECKS = {"CRC32": "cbf43926", "CRC32C": "e3069283", "CRC64NVME": "ae8b14860a799888"}


@pytest.mark.parametrize(("algorithm", "check"), list(CHECKS.items()))
def test_check_values(algorithm: str, check: str) -> None:
    assert checksum_of(algorithm, b"123456789") == encoded(bytes.fromhex(check))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pieces_give_what_the_whole_gives(algorithm: str) -> None:
    digest = new_digest(algorithm)
    for piece in (b"12345", b"", b"6789"):
        digest.update(piece)
    assert encoded(digest.digest()) == checksum_of(algorithm, b"123456789")


def test_an_unknown_algorithm() -> None:
    with pytest.raises(KeyError):
        new_digest("CRC7")


def test_awscrt_is_loaded_only_when_it_is_needed() -> None:
    code = (
        "import sys, services.s3.service, services.checksums as c;"
        "c.checksum_of('CRC32', b'x'); assert 'awscrt' not in sys.modules;"
        "c.checksum_of('CRC32C', b'x'); assert 'awscrt' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
