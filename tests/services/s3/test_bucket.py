"""The containers of a bucket: what holds of them whatever happens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.s3.bucket import Bucket
from services.s3.model import DeleteMarker, ObjectVersion, Version
from services.s3.settings import BucketSettings

ids = st.sampled_from(["null", "v1", "v2", "v3"])
keys = st.sampled_from(["a", "b"])
steps = st.lists(st.tuples(st.sampled_from(["put", "mark", "remove"]), keys, ids), max_size=30)


def _object(key: str, version_id: str, size: int) -> ObjectVersion:
    return ObjectVersion(key, version_id, f"{size:064}", size, "etag", 0, "text/plain")


@given(steps)
def test_against_a_list_a_key(taken: list[tuple[str, str, str]]) -> None:
    bucket = Bucket(BucketSettings("bucket", "000000000000", "us-east-1", "us-east-1", 0))
    model: dict[str, list[Version]] = {"a": [], "b": []}
    for number, (step, key, version_id) in enumerate(taken):
        known = next((version for version in model[key] if version.version_id == version_id), None)
        kept = [version for version in model[key] if version is not known]
        if step == "remove":
            assert bucket.remove(key, version_id) is known
            model[key] = kept
        else:
            version = _object(key, version_id, number) if step == "put" else DeleteMarker(key, version_id, number)
            assert bucket.put(version) is known
            model[key] = [version, *kept]
    _compare(bucket, model)
    _compare(bucket.copy(), model)
    filled = Bucket(bucket.settings)
    filled.fill(version for versions in model.values() for version in reversed(versions))
    _compare(filled, model)
    assert (filled.objects, filled.histories) == (bucket.objects, bucket.histories)


def _compare(bucket: Bucket, model: dict[str, list[Version]]) -> None:
    for key, versions in model.items():
        assert bucket.versions(key) == versions
        assert bucket.current(key) == (versions[0] if versions else None)
        newest_is_object = bool(versions) and isinstance(versions[0], ObjectVersion)
        assert (key in bucket.objects) is newest_is_object
        assert (key in bucket.histories) is (len(versions) > 1 or (len(versions) == 1 and not newest_is_object))
        for version in versions:
            assert bucket.version(key, version.version_id) is version
    everything = [version for versions in model.values() for version in versions]
    assert sorted(bucket.bodies()) == sorted(
        version.sha256 for version in everything if isinstance(version, ObjectVersion)
    )
    assert list(bucket.keys_from("", inclusive=True)) == [key for key, versions in model.items() if versions]
    assert bucket.is_empty() is not any(model.values())
