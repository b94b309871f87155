#!/bin/sh
# One shard's tests. All shards use the same names and yet never meet, since each has an emu of its own.
set -eu

kumo s3 mb s3://results
others=$(kumo s3api list-objects-v2 --bucket results --query 'Contents[?Key!=`shard-'"$SHARD"'`].Key' --output text)
if [ -n "$others" ] && [ "$others" != None ]; then
    echo "shard $SHARD: somebody else was here: $others" >&2
    exit 1
fi
kumo s3api put-object --bucket results --key "shard-$SHARD" >/dev/null
echo "shard $SHARD: done"
