"""One module an operation (`cases/s3/put_object.py`); `conformance.case.collect` finds them all."""
