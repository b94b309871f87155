"""Snapshots: whole states as folders of files. What lies where is described in ``docs/snapshots.md``.

manifest    what a snapshot is and what must be in it
shelf       the folder that snapshots lie in: names, list, delete
writing     making one of a content, in a folder aside that is renamed into place
reading     verifying one, and its content
sealing     taking an edit by hand into the manifest
"""
