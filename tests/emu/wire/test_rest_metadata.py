"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emu.wire.rest_metadata import metadata_of, metadata_text


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("AMAZONS3", "AMAZONS3"),
        ("a\tb", "a\tb"),
        ("a\r\nb", "a  b"),
        ("ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
        ("naïve_a?=b%", "=?UTF-8?Q?na=C3=AFve=5Fa=3F=3Db%?="),
        ("Ä", "=?UTF-8?B?w4Q=?="),
        ("aÄ", "=?UTF-8?B?YcOE?="),
        ("\x00\x01\x02\x03", "=?UTF-8?B?AAECAw==?="),
    ],
)
def test_metadata_as_a_header(text: str, header: str) -> None:
    assert metadata_text(text) == header


def test_what_was_sent_raw_is_latin_1() -> None:
    """AWS's own example: a client that sends UTF-8 finds something else."""
    raw = "ÄMÄZÕÑ S3".encode().decode("latin-1")
    assert metadata_text(metadata_of(raw)) == "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?="


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?UTF-8?Q?actually-ascii?=", "actually-ascii"),
        ("=?UTF-8?B?YWJj?=", "abc"),
        ("=?utf-8?q?=C3=84?= b", "Äb"),
        ("=?no-such-charset?B?YWJj?=", "=?no-such-charset?B?YWJj?="),
        ("=?UTF-8?B?!!!?=", "=?UTF-8?B?!!!?="),
        ("=?UTF-8?b?YW-Jj?= x", "=?UTF-8?b?YW-Jj?= x"),
        ("what =? that", "what =? that"),
    ],
)
def test_metadata_of_a_header(header: str, text: str) -> None:
    assert metadata_of(header).replace(" ", "") == text.replace(" ", "")


@given(st.text(min_size=1).filter(lambda text: not text.isascii()))
def test_what_is_encoded_is_decoded_again(text: str) -> None:
    header = metadata_text(text)
    assert header.isascii()
    assert header.isprintable()
    assert metadata_of(header) == text
