"""A crawler on SQS, DynamoDB and S3, and a run that kills it on the way and checks what it holds in the end.

The crawler itself, in plain boto3, as for AWS:

- `resources.py`: the queues, tables and the bucket;
- `crawl.py`: a worker: takes a URL from the frontier, fetches the page, stores it, queues what it links to;
- `index.py`: a worker: hears of each stored page by S3's notification and writes a record on it.

Around it, for the proof:

- `site.py`: the site that is crawled, a copy of Python's own documentation, and what a crawl of it must find;
- `run.py`: starts everything, kills it on the way, resumes it, and reports (`python -m examples.crawler`);
- `verify.py`: compares what S3 and DynamoDB hold with the copy;
- `processes.py`: child processes with a log each.
"""
