"""S3's requests, answers and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.handlers import parse_get_bucket_location

from emu.wire.codecs import Codec
from emu.wire.message import Request, Response, Slice
from services.errors import Refusal, ServiceError
from services.traits import INTERLEAVED

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
NO_KEY = Refusal("s3.no-key", "NoSuchKey", 404, "The specified key does not exist.", members={"Key": "key"})


@pytest.fixture
def s3(wire: Callable[..., Codec]) -> Codec:
    return wire("s3", "rest-xml")


def send(method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Request:
    path, _, query = target.partition("?")
    return Request(method, path, query, headers or {}, body)


PUT = {"Bucket": "b", "Key": "k", "ContentLength": 5}


def put(headers: dict[str, str] | None = None, query: str = "") -> Request:
    """A PutObject; without anything else it is ``PUT``."""
    return send("PUT", f"/b/k?{query}", {"content-length": "5", **(headers or {})})


def decoded(codec: Codec, request: Request) -> dict[str, Any]:
    return codec.decode(codec.operation(request), request)


def refusal(codec: Codec, request: Request) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        decoded(codec, request)
    return caught.value


def encode(codec: Codec, name: str, result: dict[str, Any]) -> Response:
    return codec.encode(name, result, "4442587FB7D0A2F9", None, {})


class Reader:
    size = 10

    def read(self, start: int, length: int) -> bytes:
        return b"0123456789"[start : start + length]

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/b/a+b", "a b"),
        ("/b/a%2Bb", "a+b"),
        ("/b/a%20b", "a b"),
        ("/b/a%2Fb", "a/b"),
        ("/b/a%252Fb", "a%2Fb"),
        ("/b//a", "/a"),
        ("/b/a//b/", "a//b/"),
        ("/b/../a", "../a"),
        ("/b/%2E%2E/a", "../a"),
        ("/b/%C3%A9", "é"),
        ("/b/\xc3\xa9", "é"),
        ("/b/%F0%9F%A6%8A", "🦊"),
        ("/b/%00", "\0"),
    ],
)
def test_a_key_is_percent_decoded_once(path: str, key: str, s3: Codec) -> None:
    assert decoded(s3, send("GET", path)) == {"Bucket": "b", "Key": key}


@pytest.mark.parametrize("path", ["/b/a%b", "/b/100%", "/b/%zz", "/b%/k"])
def test_a_path_that_is_half_encoded(path: str, s3: Codec) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: InvalidURI"""
    error = refusal(s3, send("GET", path))
    assert (error.code, error.status, error.members) == ("InvalidURI", 400, {"URI": path})


def test_a_key_that_is_no_utf8(s3: Codec) -> None:
    error = refusal(s3, send("GET", "/b/%FF"))
    assert (error.code, error.status, error.members) == ("InvalidURI", 400, {"URI": "/b/%FF"})
    assert refusal(s3, send("GET", "/b?prefix=%FF")).code == "InvalidURI"


def test_headers_become_members(s3: Codec) -> None:
    headers = {
        "host": "localhost",
        "content-type": "text/plain",
        "content-length": "5",
        "content-encoding": "aws-chunked,gzip",
        "expires": "whenever",
        "x-amz-meta-one": "1",
        "x-amz-meta-two": "=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?=",
        "x-amz-meta-three": "\xc3\x84",
        "content-disposition": "\xc3\x84",
        "x-amz-website-redirect-location": "/\xc3\x84",
        "x-amz-server-side-encryption-bucket-key-enabled": "True",
        "x-amz-object-lock-retain-until-date": "2026-01-01T00:00:00Z",
        "x-amz-unknown": "?",
    }
    assert decoded(s3, send("PUT", "/b/k", headers)) == {
        "Bucket": "b",
        "Key": "k",
        "ContentType": "text/plain",
        "ContentLength": 5,
        "ContentEncoding": "gzip",
        "Expires": "whenever",
        "Metadata": {"one": "1", "two": "ÄMÄZÕÑ S3", "three": "\xc3\x84"},
        "ContentDisposition": "\xc3\x84",
        "WebsiteRedirectLocation": "/Ä",
        "BucketKeyEnabled": True,
        "ObjectLockRetainUntilDate": 1_767_225_600_000,
    }


def test_how_a_body_was_sent_is_no_property_of_the_object(s3: Codec) -> None:
    assert "ContentEncoding" not in decoded(s3, put({"content-encoding": "aws-chunked"}))


def test_headers_may_stand_in_a_presigned_url(s3: Codec) -> None:
    request = put(query="X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-acl=private&x-amz-meta-a=%C3%84&X-Amz-Signature=0")
    assert decoded(s3, request) == {**PUT, "ACL": "private", "Metadata": {"a": "Ä"}}


def test_queries_become_members(s3: Codec) -> None:
    request = send("GET", "/b?list-type=2&prefix=a+b%2Fc&max-keys=7&fetch-owner=true&start-after=&unknown=1")
    assert decoded(s3, request) == {
        "Bucket": "b",
        "Prefix": "a b/c",
        "MaxKeys": 7,
        "FetchOwner": True,
        "StartAfter": "",
    }


def test_an_empty_number_is_absent(s3: Codec) -> None:
    assert "MaxKeys" not in decoded(s3, send("GET", "/b?max-keys="))


@pytest.mark.parametrize("value", ["abc", "1.5", "2147483648", "-2147483649", "9" * 5000, "٣", "0x10", "1_0", "%201"])
def test_a_number_that_is_none(value: str, s3: Codec) -> None:
    error = refusal(s3, send("GET", f"/b?max-keys={value}"))
    assert (error.code, error.status) == ("InvalidArgument", 400)
    assert error.message == "Provided max-keys not an integer or within integer range"
    assert error.members["ArgumentName"] == "max-keys"


def test_a_part_number_has_a_message_of_its_own(s3: Codec) -> None:
    error = refusal(s3, send("PUT", "/b/k?partNumber=x&uploadId=u"))
    assert error.message == "Part number must be an integer between 1 and 10000, inclusive"
    assert error.members == {"ArgumentName": "partNumber", "ArgumentValue": "x"}


def test_a_condition_whose_date_cannot_be_read_is_none(s3: Codec) -> None:
    assert decoded(s3, send("GET", "/b/k", {"if-modified-since": "yesterday"})) == {"Bucket": "b", "Key": "k"}
    assert refusal(s3, send("PUT", "/b/k", {"x-amz-object-lock-retain-until-date": "soon"})).code == "InvalidArgument"


def test_trailers_count_as_headers(s3: Codec) -> None:
    members = decoded(s3, put())
    s3.trailers("PutObject", members, {"x-amz-checksum-crc32c": "sOO8/Q=="})
    assert members["ChecksumCRC32C"] == "sOO8/Q=="


def test_what_headers_say_of_a_body_that_is_still_to_come(s3: Codec) -> None:
    trailer = {"x-amz-trailer": "x-amz-checksum-crc32c", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    assert decoded(s3, put(trailer)) == {**PUT, "ChecksumAlgorithm": "CRC32C"}
    named = {**trailer, "x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-trailer": "x-amz-checksum-sha1"}
    assert decoded(s3, put(named))["ChecksumAlgorithm"] == "SHA1"
    framed = {**trailer, "x-amz-decoded-content-length": "3"}
    assert decoded(s3, put(framed))["ContentLength"] == 3
    signed = {"x-amz-content-sha256": "0" * 64}
    assert decoded(s3, put(signed))["ContentSHA256"] == "0" * 64
    assert "ContentSHA256" not in decoded(s3, send("GET", "/b/k", signed))


def test_which_bodies_are_streamed(s3: Codec) -> None:
    assert s3.streamed("PutObject") == s3.streamed("UploadPart") == "Body"
    assert s3.streamed("DeleteObjects") is s3.streamed("GetObject") is s3.streamed("PostObject") is None


@pytest.mark.parametrize("opening", [f"<Delete {NAMESPACE}>", "<Delete>", "<x:Delete xmlns:x='u'>"])
def test_an_xml_body(opening: str, s3: Codec) -> None:
    body = (
        f"{XML}{opening}\n  <Object><Key> a&amp;b&#13;</Key></Object>\n"
        "<Object>\n<Key/><VersionId>v</VersionId></Object><Quiet> true </Quiet></Delete>"
    ).replace("</Delete>", "</x:Delete>" if ":" in opening.partition(" ")[0] else "</Delete>")
    assert decoded(s3, send("POST", "/b?delete", {}, body.encode())) == {
        "Bucket": "b",
        "Delete": {"Objects": [{"Key": " a&b\r"}, {"Key": "", "VersionId": "v"}], "Quiet": True},
    }


def test_lists_with_and_without_a_wrapper(s3: Codec) -> None:
    tagging = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    assert decoded(s3, send("PUT", "/b?tagging", {}, tagging))["Tagging"] == {"TagSet": [{"Key": "a", "Value": "b"}]}
    empty = decoded(s3, send("PUT", "/b?tagging", {}, b"<Tagging><TagSet/></Tagging>"))
    assert empty["Tagging"] == {"TagSet": []}
    parts = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>"
    assert decoded(s3, send("POST", "/b/k?uploadId=u", {}, parts))["MultipartUpload"] == {
        "Parts": [{"PartNumber": 1, "ETag": "e"}]
    }


def test_an_attribute_is_a_member(s3: Codec) -> None:
    body = (
        b"<AccessControlPolicy><AccessControlList><Grant>"
        b'<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
        b"<ID>i</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList>"
        b"</AccessControlPolicy>"
    )
    grants = decoded(s3, send("PUT", "/b?acl", {}, body))["AccessControlPolicy"]["Grants"]
    assert grants == [{"Grantee": {"Type": "CanonicalUser", "ID": "i"}, "Permission": "READ"}]


def test_a_body_that_is_text(s3: Codec) -> None:
    assert decoded(s3, send("PUT", "/b?policy", {}, b"{}")) == {"Bucket": "b", "Policy": "{}"}
    assert refusal(s3, send("PUT", "/b?policy", {}, b"\xff")).code == "MalformedXML"


def test_a_body_without_a_payload_member(s3: Codec) -> None:
    body = b"<SelectObjectContentRequest><Expression>e</Expression></SelectObjectContentRequest>"
    assert decoded(s3, send("POST", "/b/k?select&select-type=2", {}, body))["Expression"] == "e"


def test_an_absent_body_is_an_absent_member(s3: Codec) -> None:
    assert decoded(s3, send("PUT", "/b")) == {"Bucket": "b"}


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"nonsense",
        b"<Delete>",
        b"<Delete></delete>",
        b"<Remove/>",
        b"<Delete>text</Delete>",
        b"<Delete><Object>text</Object></Delete>",
        b"<Delete><Unknown/></Delete>",
        b"<Delete><Quiet>perhaps</Quiet></Delete>",
        b"<Delete><Quiet>true</Quiet><Quiet>true</Quiet></Delete>",
        b"<Delete><Object><Key><b>k</b></Key></Object></Delete>",
        b"<Delete><Object><Size>many</Size></Object></Delete>",
        b"<Delete><Object><Size>" + b"9" * 5000 + b"</Size></Object></Delete>",
        b"<Delete><Object><LastModifiedTime>soon</LastModifiedTime></Object></Delete>",
        b'<?xml version="1.0" encoding="nonsense"?><Delete/>',
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b"<Delete>\xff</Delete>",
        b"<a>" * 5000,
    ],
)
def test_xml_that_is_not_the_schemas(body: bytes, s3: Codec) -> None:
    error = refusal(s3, send("POST", "/b?delete", {}, body))
    assert (error.code, error.status) == ("MalformedXML", 400)


def test_members_become_headers(s3: Codec) -> None:
    response = encode(
        s3,
        "GetObject",
        {
            "Body": (Reader(), 2, 3),
            "ContentLength": 3,
            "ContentRange": "bytes 2-4/10",
            "LastModified": 1_255_369_830_123,
            "ETag": '"e"',
            "DeleteMarker": False,
            "Metadata": {"a": "b", "c": "Ä"},
            "ContentDisposition": "Ä",
            "Expires": "whenever",
        },
    )
    assert response.status == 200
    assert isinstance(response.body, Slice)
    assert (response.body.start, response.body.length) == (2, 3)
    identifiers = {name: response.headers.pop(name) for name in ("x-amz-request-id", "x-amz-id-2", "server")}
    assert identifiers["x-amz-request-id"] == "4442587FB7D0A2F9"
    assert len(identifiers["x-amz-id-2"]) == 76
    assert response.headers == {
        "content-length": "3",
        "content-range": "bytes 2-4/10",
        "last-modified": "Mon, 12 Oct 2009 17:50:30 GMT",
        "etag": '"e"',
        "x-amz-delete-marker": "false",
        "x-amz-meta-a": "b",
        "x-amz-meta-c": "=?UTF-8?B?w4Q=?=",
        "content-disposition": "Ä",
        "expires": "whenever",
    }


def test_a_streamed_answer_has_its_length(s3: Codec) -> None:
    assert encode(s3, "GetObject", {"Body": (Reader(), 0, 10)}).headers["content-length"] == "10"
    assert encode(s3, "GetObject", {"Body": b"whole"}).body == b"whole"


def test_a_header_cannot_be_made_to_end(s3: Codec) -> None:
    response = encode(s3, "GetObject", {"ContentDisposition": "a\r\nx: y", "Metadata": {"m": "a\nb"}})
    assert response.headers["content-disposition"] == "a  x: y"
    assert response.headers["x-amz-meta-m"] == "a b"


def test_what_an_operation_sets_beside_the_model(s3: Codec) -> None:
    response = s3.encode("GetObject", {"Body": b""}, "id", 206, {"x-amz-extra": "1"})
    assert (response.status, response.headers["x-amz-extra"]) == (206, "1")


def test_the_models_status(s3: Codec) -> None:
    response = encode(s3, "DeleteObject", {"VersionId": "v"})
    assert (response.status, response.body, response.headers["x-amz-version-id"]) == (204, b"", "v")


def test_a_document(s3: Codec) -> None:
    response = encode(
        s3,
        "ListObjectsV2",
        {
            "Name": "b",
            "Prefix": "",
            "KeyCount": 1,
            "IsTruncated": False,
            "Contents": [{"Key": "<&\r\x01>", "LastModified": 1_255_369_830_000, "ETag": '"e"', "Size": 0}],
            "CommonPrefixes": [{"Prefix": "a/"}, {"Prefix": "b/"}],
            "RequestCharged": "requester",
        },
    )
    assert response.headers["content-type"] == "application/xml"
    assert response.headers["x-amz-request-charged"] == "requester"
    assert (
        response.body
        == (
            f"{XML}<ListBucketResult {NAMESPACE}><Name>b</Name><Prefix></Prefix><KeyCount>1</KeyCount>"
            "<IsTruncated>false</IsTruncated><Contents><Key>&lt;&amp;&#13;&#1;&gt;</Key>"
            "<LastModified>2009-10-12T17:50:30.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>0</Size></Contents>"
            "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"
            "</ListBucketResult>"
        ).encode()
    )


@pytest.mark.parametrize(
    ("name", "result", "document"),
    [
        ("GetBucketVersioning", {}, f"<VersioningConfiguration {NAMESPACE}/>"),
        (
            "GetBucketVersioning",
            {"Status": "Enabled"},
            f"<VersioningConfiguration {NAMESPACE}><Status>Enabled</Status></VersioningConfiguration>",
        ),
        ("GetBucketLocation", {}, f"<LocationConstraint {NAMESPACE}/>"),
        (
            "GetBucketLocation",
            {"LocationConstraint": "eu-west-1"},
            f"<LocationConstraint {NAMESPACE}>eu-west-1</LocationConstraint>",
        ),
        (
            "CopyObject",
            {"CopyObjectResult": {"ETag": "e"}, "VersionId": "v"},
            f"<CopyObjectResult {NAMESPACE}><ETag>e</ETag></CopyObjectResult>",
        ),
        (
            "UploadPartCopy",
            {"CopyPartResult": {"ETag": "e"}},
            f"<CopyPartResult {NAMESPACE}><ETag>e</ETag></CopyPartResult>",
        ),
        (
            "ListBuckets",
            {"Buckets": [{"Name": "b"}], "Owner": {"ID": "i"}},
            f"<ListAllMyBucketsResult {NAMESPACE}><Buckets><Bucket><Name>b</Name></Bucket></Buckets>"
            "<Owner><ID>i</ID></Owner></ListAllMyBucketsResult>",
        ),
        ("ListBuckets", {"Buckets": []}, f"<ListAllMyBucketsResult {NAMESPACE}><Buckets/></ListAllMyBucketsResult>"),
        (
            "CompleteMultipartUpload",
            {"Key": "k", "VersionId": "v"},
            f"<CompleteMultipartUploadResult {NAMESPACE}><Key>k</Key></CompleteMultipartUploadResult>",
        ),
        (
            "DeleteObjects",
            {"Deleted": [{"Key": "a"}], "Errors": [{"Key": "b", "Code": "AccessDenied"}]},
            f"<DeleteResult {NAMESPACE}><Deleted><Key>a</Key></Deleted>"
            "<Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>",
        ),
        (
            "ListObjectVersions",
            {
                INTERLEAVED: [
                    ("Versions", [{"Key": "a"}]),
                    ("DeleteMarkers", [{"Key": "b"}]),
                    ("Versions", [{"Key": "c"}]),
                ]
            },
            f"<ListVersionsResult {NAMESPACE}><Version><Key>a</Key></Version><DeleteMarker><Key>b</Key></DeleteMarker>"
            "<Version><Key>c</Key></Version></ListVersionsResult>",
        ),
        (
            "GetBucketAcl",
            {"Grants": [{"Grantee": {"ID": "i", "Type": "CanonicalUser"}, "Permission": "READ"}]},
            f'<AccessControlPolicy {NAMESPACE}><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/'
            'XMLSchema-instance" xsi:type="CanonicalUser"><ID>i</ID></Grantee><Permission>READ</Permission></Grant>'
            "</AccessControlList></AccessControlPolicy>",
        ),
    ],
)
def test_document_elements(name: str, result: dict[str, Any], document: str, s3: Codec) -> None:
    assert encode(s3, name, result).body == (XML + document).encode()


@pytest.mark.parametrize("constraint", [None, "eu-west-1"])
def test_botocore_reads_a_location(constraint: str | None, s3: Codec) -> None:
    body = encode(s3, "GetBucketLocation", {"LocationConstraint": constraint} if constraint else {}).body

    class Answer:
        raw, content = True, body

    parsed: dict[str, Any] = {}
    parse_get_bucket_location(parsed, Answer())
    assert parsed == {"LocationConstraint": constraint}


def test_a_policy_is_json(s3: Codec) -> None:
    response = encode(s3, "GetBucketPolicy", {"Policy": '{"a":"é"}'})
    assert (response.body, response.headers["content-type"]) == ('{"a":"é"}'.encode(), "application/json")


def test_an_error_document(s3: Codec) -> None:
    response = s3.error(NO_KEY(key="a<b", headers={"x-amz-delete-marker": "true"}), send("GET", "/b/k"), "REQ")
    assert response.status == 404
    assert response.headers["content-type"] == "application/xml"
    assert response.headers["x-amz-delete-marker"] == "true"
    assert response.headers["x-amz-request-id"] == "REQ"
    assert (
        response.body
        == (
            f"{XML}<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;b</Key>"
            f"<RequestId>REQ</RequestId><HostId>{response.headers['x-amz-id-2']}</HostId></Error>"
        ).encode()
    )


def test_errors_without_a_body(s3: Codec) -> None:
    assert s3.error(NO_KEY(key="k"), send("HEAD", "/b/k"), "REQ").body == b""
    not_modified = Refusal("s3.not-modified", "NotModified", 304, "Not Modified")
    assert s3.error(not_modified(), send("GET", "/b/k"), "REQ").body == b""


def test_botocore_reads_the_errors(s3: Codec, oracle: Callable[..., Any]) -> None:
    got = oracle("s3", "rest-xml").parsed("GetObject", s3.error(NO_KEY(key="k"), send("GET", "/b/k"), "REQ"))
    assert got["Error"] == {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": "k"}
    assert got["ResponseMetadata"]["RequestId"] == "REQ"
    head = oracle("s3", "rest-xml").parsed("HeadObject", s3.error(NO_KEY(key="k"), send("HEAD", "/b/k"), "REQ"))
    assert head["Error"]["Code"] == "404"
