"""Which bucket a Host header names: S3's virtual-host addressing.

Only below the names that stand for S3 here; every other host (``127.0.0.1``, ``host.docker.internal``, a container's
name) is path style. See https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

_BASES = ("localhost", "amazonaws.com", "localhost.localstack.cloud")


def virtual_hosts(hostnames: Sequence[str]) -> Callable[[str], str | None]:
    """A function from a Host header to the bucket that it names, or None. ``hostnames`` are further base names."""
    bases = "|".join(re.escape(name.lower()) for name in (*_BASES, *hostnames))
    below_s3 = re.compile(rf"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.(?:{bases})")
    own = "|".join(re.escape(name.lower()) for name in ("localhost", "localhost.localstack.cloud", *hostnames))
    below_base = re.compile(rf"(?P<bucket>.+)\.(?:{own})")

    @lru_cache(maxsize=1024)
    def bucket(host: str) -> str | None:
        name = re.sub(r":\d+$", "", host).rstrip(".").lower()
        if name in hostnames or name in _BASES:
            return None
        match = below_s3.fullmatch(name) or below_base.fullmatch(name)
        return match["bucket"] if match else None

    return bucket
