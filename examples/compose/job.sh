#!/bin/sh
# The job: takes page addresses from the queue `frontier`, stores a page for each, notes it in the table `seen`, and
# tells the queue `finished`. A real one is a program with an SDK; this one needs nothing but the image.
set -eu

frontier=$(kumo sqs get-queue-url --queue-name frontier --query QueueUrl --output text)
finished=$(kumo sqs get-queue-url --queue-name finished --query QueueUrl --output text)
page=$(mktemp)
trap 'rm -f "$page"' EXIT
done=0

while :; do
    message=$(kumo sqs receive-message --queue-url "$frontier" \
        --query 'Messages[0].[ReceiptHandle, Body]' --output text)
    [ "$message" != None ] || break
    handle=${message%%	*}
    address=${message#*	}
    key=$(basename "$address")

    echo "<h1>$address</h1>" >"$page"
    kumo s3api put-object --bucket pages --key "$key" --body "$page" --content-type text/html >/dev/null
    kumo dynamodb put-item --table-name seen --item "{\"address\": {\"S\": \"$address\"}, \"key\": {\"S\": \"$key\"}}"
    kumo sqs send-message --queue-url "$finished" --message-body "$key" >/dev/null
    kumo sqs delete-message --queue-url "$frontier" --receipt-handle "$handle"
    done=$((done + 1))
done

echo "job: $done pages were stored"
