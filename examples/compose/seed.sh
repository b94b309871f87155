#!/bin/sh
# Copies the seed into the data directory.
#
# WORKSPACE=reuse: only into an empty directory, so that what is there stays. WORKSPACE=fresh: empties it first. A copy
# that was cut short leaves its mark behind, and the next one begins anew. A directory that a running emu has locked is
# left alone either way: `docker compose up` runs this again beside an emu that is up.
set -eu

seed=${SEED_DIR:-/seed}
data=${KUMO_DATA_DIR:-/data}
mark=$data/.copying-the-seed

lock=$data/emu/lock
if [ -e "$lock" ] && ! flock --nonblock "$lock" true; then
    echo "seed: a running emu has $data, which stays as it is"
    exit 0
fi

case ${WORKSPACE:-reuse} in
reuse)
    if [ -z "$(ls -A "$data")" ] || [ -e "$mark" ]; then
        wanted=yes
    else
        wanted=no
    fi
    ;;
fresh) wanted=yes ;;
*)
    echo "seed: WORKSPACE is '$WORKSPACE', but must be reuse or fresh" >&2
    exit 2
    ;;
esac

if [ "$wanted" = no ]; then
    echo "seed: $data is not empty, and stays as it is"
    exit 0
fi
find "$data" -mindepth 1 ! -path "$mark" -delete
touch "$mark"
cp -R "$seed/." "$data/"
rm "$mark"
echo "seed: $seed was copied to $data"
