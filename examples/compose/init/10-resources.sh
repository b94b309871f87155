#!/bin/sh
# What the job needs beside the seed. It runs at every start, also on a workspace that has it already. Messages are
# made here and not in the seed, since they grow old: a queue drops what is older than its retention period.
set -eu

until wget -q --spider "$AWS_ENDPOINT_URL/health"; do sleep 1; done

kumo sqs create-queue --queue-name finished --attributes '{"VisibilityTimeout": "60"}'

# The table is made last: where it is there, so is the rest.
kumo dynamodb describe-table --table-name runs >/dev/null 2>&1 || {
    frontier=$(kumo sqs get-queue-url --queue-name frontier --query QueueUrl --output text)
    for page in one two; do
        kumo sqs send-message --queue-url "$frontier" --message-body "https://example.org/$page"
    done
    kumo dynamodb create-table --table-name runs \
        --attribute-definitions AttributeName=id,AttributeType=S \
        --key-schema AttributeName=id,KeyType=HASH \
        --billing-mode PAY_PER_REQUEST
    kumo dynamodb update-time-to-live --table-name runs \
        --time-to-live-specification '{"Enabled": "true", "AttributeName": "expires"}'
}
