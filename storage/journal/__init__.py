"""The journal: every change of every machine, in order, one record a line.

Format
------
``emu/journal/`` holds *segments* named by the number of their first record: ``0000000000000001.jsonl``. A segment
begins with a header and then holds records; both are lines of compact JSON that end with their own checksum:

    {"journal":1,"first":1,"after":"00000000","size":4194304,"crc":"5c1d33a2"}
    {"lsn":1,"after":"00000000","synced":0,"time":1767225600000,"request_id":"…","ids":0,"changes":[[kind,account,region,value],…],"crc":"…"}
    {"lsn":2,"after":"…","synced":1,"time":…,"request_id":"…","ids":0,"bodies":[{"sha256":"…","text":"…"}],"changes":[…],"crc":"…"}

and, once the next segment is there, with a *seal*:

    {"sealed":3,"after":"…","crc":"…"}

- ``lsn``: the record's number; each is one more than the one before.
- ``crc``: CRC-32 of the line's bytes up to ``,"crc"``. A line proves itself.
- ``after``: the ``crc`` of the record before, or of the last record of the segment before: records prove their order.
- ``synced``: the highest lsn known to be on the disk when the record was encoded.
- ``time``: milliseconds since 1970; ``ids``: the identifier source's position after the record.
- ``bodies``: small bodies that the changes refer to and that nothing older holds (``text``, or ``base64`` where the
  bytes are no UTF-8).
- ``clean``: true in the record that a clean stop writes, which has no changes.
- ``size``: to how many bytes the segment was made at first. The rest of it is zeros.
- ``sealed``: the number of the next segment's first record. Nothing but zeros stands behind it.

Life of a segment
-----------------
1. *Made*: a temporary file is filled with zeros and given its header, synced and renamed into place. A segment that
   has a name is therefore whole: a bad header, or a file shorter than ``size``, is damage and never the trace of a
   crash. And since every byte is already there, appending needs no metadata and a full disk can't strike in the
   middle of a record.
2. *Appended to*: one ``pwrite`` and one ``fdatasync`` for all records that wait (:mod:`storage.journal.writer`).
   When a batch doesn't fit, or a checkpoint asks for it, a new one is made *after* everything in this one is synced.
3. *Sealed*: when the new one is durable under its name, the seal is written and synced, and only then the new one's
   first record. So the last segment has no seal, and a segment that is removed is missed, were it the last. There is
   always room for a seal. A power cut may leave some of its sectors, or nothing of it, beside a new segment without
   records; the next opening seals then. A checkpoint may fold a sealed segment.
4. *Dropped*, once a base that contains all its records is published; never the last one while emu runs.

What a reader makes of it (:mod:`storage.journal.reader`)
----------------------------------------------------------
A reader reads everything before anything is appended. Where a seal stands behind the last record of the last segment,
or the trace of one, the segment that it names is missing: *damage*, and the directory is refused. No seal in front of
another segment is none: the joint proves as much.

It stops at the first record that doesn't prove itself or its place, with lsn L say. If any later line that proves
itself says ``synced`` >= L, or a seal stands behind it, or a later segment exists, L was on the disk once and no crash
takes that back: damage as well. Otherwise L and what follows are the *torn tail* of a batch that nobody was told
about: it is kept aside and logged, zeroed and synced before the first append, so that later records can't be followed
by old bytes. With durability ``os`` a record may also end the journal so because of a body that it refers to
(:mod:`storage.tail`). What can't be told apart: damage in the very last batch of an unclean stop.
"""
