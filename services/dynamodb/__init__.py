"""Amazon DynamoDB.

- :mod:`.service` is the table of operations, :mod:`.operations` has one module each;
- :mod:`.state` applies changes, :mod:`.table` holds a table's items and indexes in the order of :mod:`.keys`;
- :mod:`.values`, :mod:`.numbers` and :mod:`.item_size` know attribute values;
- :mod:`.expressions` knows expressions, :mod:`.legacy` what came before them;
- :mod:`.document` and :mod:`.kumo_document` (with :mod:`.kumo_table`) write the state down.
"""
