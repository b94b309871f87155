"""The aws-chunked decoder: complete bodies, bodies in pieces, damaged bodies."""

from __future__ import annotations

import io
from base64 import b64encode
from zlib import crc32

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.wire.aws_chunked import CHUNK_BYTES_MIN, LINE_BYTES_MAX, Decoder
from services.errors import ServiceError

SIGNATURE = b";chunk-signature=" + b"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
K64, K1 = b"a" * 65536, b"a" * 1024


def chunk(data: bytes, signature: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), signature, data)


def decode(decoder: Decoder, *pieces: bytes) -> bytes:
    content = b"".join(data for piece in pieces for data in decoder.feed(piece))
    decoder.finish()
    return content


def code_of(decoder: Decoder, *pieces: bytes) -> str:
    with pytest.raises(ServiceError) as caught:
        decode(decoder, *pieces)
    return caught.value.code


def test_the_documented_signed_upload() -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: 66,560 bytes in chunks of 64 KiB.
    body = chunk(K64, SIGNATURE) + chunk(K1, SIGNATURE) + b"0" + SIGNATURE + b"\r\n\r\n"
    decoder = Decoder.for_headers(
        {
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": "66560",
            "content-length": "66824",
        }
    )
    assert decoder is not None
    assert len(body) == 66824
    assert decode(decoder, body) == K64 + K1
    assert decoder.trailers == {}


def test_the_documented_signed_trailer() -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    body = chunk(K64, SIGNATURE) + chunk(K1, SIGNATURE) + b"0" + SIGNATURE + b"\r\n"
    body += b"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + b"63bddb24" * 8 + b"\r\n\r\n"
    decoder = Decoder.for_headers(
        {
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": "66560",
            "x-amz-trailer": "x-amz-checksum-crc32c",
        }
    )
    assert decoder is not None
    assert decode(decoder, body) == K64 + K1
    assert decoder.trailers == {"x-amz-checksum-crc32c": "sOO8/Q=="}


def test_an_unsigned_trailer_as_todays_sdks_send_it() -> None:
    decoder = Decoder.for_headers(
        {
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": "5",
            "x-amz-trailer": "X-Amz-Checksum-CRC32",
        }
    )
    assert decoder is not None
    assert decode(decoder, b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n") == b"hello"
    assert decoder.trailers == {"x-amz-checksum-crc32": "NhCmhg=="}


@pytest.mark.parametrize("size", [0, 1, 9000, 1024 * 1024 + 1])
def test_what_botocore_sends(size: int) -> None:
    data = b"a" * size
    sent = AwsChunkedWrapper(io.BytesIO(data), Crc32Checksum, "x-amz-checksum-crc32").read()
    decoder = Decoder(size, frozenset({"x-amz-checksum-crc32"}))
    assert decode(decoder, sent) == data
    assert decoder.trailers == {"x-amz-checksum-crc32": b64encode(crc32(data).to_bytes(4, "big")).decode()}


def test_the_content_encoding_alone_tells() -> None:
    assert (
        Decoder.for_headers({"content-encoding": "gzip, aws-chunked", "x-amz-decoded-content-length": "0"}) is not None
    )
    assert Decoder.for_headers({"content-encoding": "gzip"}) is None
    assert Decoder.for_headers({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}) is None


def test_a_body_that_is_signed_as_it_is_is_not_taken_apart() -> None:
    for sha256 in ("0" * 64, "UNSIGNED-PAYLOAD"):
        headers = {"content-encoding": "aws-chunked", "x-amz-content-sha256": sha256}
        assert Decoder.for_headers(headers) is None
        assert Decoder.for_headers({**headers, "x-amz-decoded-content-length": "5"}) is not None


def test_an_empty_body() -> None:
    assert decode(Decoder(0), b"0\r\n\r\n") == b""


@pytest.mark.parametrize("ending", [b"0\r\n", b"0\r\n\r\n", b"0\n\n", b"0\r\n\r\n\r\n"])
def test_endings_that_clients_send(ending: bytes) -> None:
    assert decode(Decoder(1), b"1\r\na\r\n" + ending) == b"a"


def test_an_empty_line_before_the_trailers_signature() -> None:
    decoder = Decoder(1, frozenset({"x-amz-checksum-crc32c"}))
    body = b"1\r\na\r\n0\r\nx-amz-checksum-crc32c:sOO8/Q==\n\r\nx-amz-trailer-signature:abc\r\n\r\n"
    assert decode(decoder, body) == b"a"
    assert decoder.trailers == {"x-amz-checksum-crc32c": "sOO8/Q=="}


@pytest.mark.parametrize("length", [None, "", "-1", "1e3", "٣", "9" * 17])
def test_the_decoded_length_must_be_given(length: str | None) -> None:
    headers = {"content-encoding": "aws-chunked"}
    if length is not None:
        headers["x-amz-decoded-content-length"] = length
    with pytest.raises(ServiceError) as caught:
        Decoder.for_headers(headers)
    assert (caught.value.code, caught.value.status) == ("MissingContentLength", 411)
    assert caught.value.message == "You must provide the Content-Length HTTP header."


@pytest.mark.parametrize(
    ("length", "body", "code"),
    [
        (5, b"", "IncompleteBody"),
        (5, b"5\r\nhel", "IncompleteBody"),
        (5, b"5\r\nhello\r\n", "IncompleteBody"),
        (5, b"5\r\nhello\r\n0", "IncompleteBody"),
        (6, b"5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (4, b"5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, b"5\r\nhelloo\r\n0\r\n\r\n", "IncompleteBody"),
        (5, b"0x5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, b"-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, b"5;chunk-signature=zz\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (5, b"hello", "IncompleteBody"),
        (5, b"hello\r\n", "IncompleteBody"),
        (0, b"\r\n", "IncompleteBody"),
        (5, b"5" * (LINE_BYTES_MAX + 1), "IncompleteBody"),
        (5, b"5\r\nhello\r\n0\r\nno colon\r\n\r\n", "MalformedTrailerError"),
        (5, b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "MalformedTrailerError"),
    ],
)
def test_damage_is_refused_by_name(length: int, body: bytes, code: str) -> None:
    assert code_of(Decoder(length), body) == code


@pytest.mark.parametrize(
    ("body", "message", "members"),
    [
        (b"5\r\nhel", "The request body terminated unexpectedly", {}),
        (b"hello", "The request body terminated unexpectedly", {}),
        (b"3\r\nhel\r\n0\r\n\r\n2\r\nlo\r\n0\r\n\r\n", "number of bytes", {"Expected": 5, "Provided": 3}),
        (b"a\r\nhellohello\r\n0\r\n\r\n", "number of bytes", {"Expected": 5, "Provided": 10}),
    ],
)
def test_an_incomplete_body_says_what_is_known(body: bytes, message: str, members: dict[str, int]) -> None:
    with pytest.raises(ServiceError) as caught:
        decode(Decoder(5), body)
    assert message in caught.value.message
    assert caught.value.members == {f"NumberBytes{name}": size for name, size in members.items()}


def test_what_comes_behind_the_end_says_nothing() -> None:
    assert decode(Decoder(5), b"5\r\nhello\r\n0\r\n\r\nmore\r\n", b"\xff\xde\xad") == b"hello"


def test_an_announced_trailer_must_come() -> None:
    assert code_of(Decoder(0, frozenset({"x-amz-checksum-crc32"})), b"0\r\n\r\n") == "MalformedTrailerError"


def test_only_the_last_chunk_may_be_short() -> None:
    short = b"a" * (CHUNK_BYTES_MIN - 1)
    body = chunk(short) + chunk(short) + b"0\r\n\r\n"
    with pytest.raises(ServiceError) as caught:
        decode(Decoder(2 * len(short)), body)
    assert (caught.value.code, caught.value.status) == ("InvalidChunkSizeError", 403)
    assert caught.value.members == {"Chunk": 2, "BadChunkSize": CHUNK_BYTES_MIN - 1}


def outcome(length: int, announced: frozenset[str], pieces: list[bytes]) -> tuple[bytes, dict[str, str], str | None]:
    decoder = Decoder(length, announced)
    content = b""
    try:
        for piece in pieces:
            content += b"".join(decoder.feed(piece))
        decoder.finish()
    except ServiceError as error:
        return b"", {}, error.code
    return content, decoder.trailers, None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.booleans(), st.data())
def test_pieces_make_no_difference(content: bytes, trailer: bool, data: st.DataObject) -> None:
    body = (chunk(content, SIGNATURE) if content else b"") + b"0" + SIGNATURE + b"\r\n"
    announced = frozenset({"x-amz-checksum-crc32"}) if trailer else frozenset[str]()
    body += b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n" if trailer else b"\r\n"
    damaged = bytearray(body)
    if data.draw(st.booleans()):
        damaged[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    whole = outcome(len(content), announced, [bytes(damaged)])
    assert outcome(len(content), announced, [bytes([byte]) for byte in damaged]) == whole
    at = data.draw(st.integers(0, len(body)))
    assert outcome(len(content), announced, [bytes(damaged[:at]), bytes(damaged[at:])]) == whole
    if bytes(damaged) == body:
        assert whole[0] == content


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_or_read(data: bytes) -> None:
    outcome(len(data), frozenset(), [data])
