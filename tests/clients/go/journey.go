// One journey through S3, SQS and DynamoDB with the AWS SDK for Go, version 2. Only AWS_ENDPOINT_URL tells that it isn't
// AWS. The argument is a name for what it makes.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const partSize = 5 * 1024 * 1024

var (
	ctx  = context.Background()
	name = aws.String(os.Args[1])
)

func main() {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	must(err)
	bucket(s3.NewFromConfig(cfg))
	fmt.Println("bucket: done")
	multipartUpload(s3.NewFromConfig(cfg))
	fmt.Println("multipartUpload: done")
	queue(sqs.NewFromConfig(cfg))
	fmt.Println("queue: done")
	table(dynamodb.NewFromConfig(cfg))
	fmt.Println("table: done")
}

func bucket(client *s3.Client) {
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name})
	must(err)
	key := aws.String("pages/a b+ü.html")
	_, err = client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: name, Key: key, Body: strings.NewReader("<h1>hello</h1>"), Metadata: map[string]string{"depth": "1"},
	})
	must(err)
	read, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: name, Key: key})
	must(err)
	body, err := io.ReadAll(read.Body)
	must(err)
	same("body", string(body), "<h1>hello</h1>")
	same("metadata", read.Metadata["depth"], "1")
	listed, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: name, Prefix: aws.String("pages/")})
	must(err)
	same("number of keys", len(listed.Contents), 1)
	same("key", *listed.Contents[0].Key, *key)
	_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: key})
	must(err)
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: name, Key: key})
	var noSuchKey *s3types.NoSuchKey
	same("GetObject of a deleted key is refused with NoSuchKey", errors.As(err, &noSuchKey), true)
}

func multipartUpload(client *s3.Client) {
	key := aws.String("large")
	begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		// S3 takes the parts' checksums at the end only of an upload that was begun with their algorithm.
		Bucket: name, Key: key, ChecksumAlgorithm: s3types.ChecksumAlgorithmCrc32,
	})
	must(err)
	var parts []s3types.CompletedPart
	for index, content := range [][]byte{bytes.Repeat([]byte("a"), partSize), []byte("the end")} {
		number := aws.Int32(int32(index + 1))
		part, err := client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: name, Key: key, UploadId: begun.UploadId, PartNumber: number, Body: bytes.NewReader(content),
		})
		must(err)
		parts = append(parts, s3types.CompletedPart{
			ETag: part.ETag, PartNumber: number, ChecksumCRC32: part.ChecksumCRC32,
		})
	}
	done, err := client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: name, Key: key, UploadId: begun.UploadId,
		MultipartUpload: &s3types.CompletedMultipartUpload{Parts: parts},
	})
	must(err)
	same("ETag ends with the number of parts", strings.HasSuffix(*done.ETag, `-2"`), true)
	tail, err := client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: name, Key: key, Range: aws.String(fmt.Sprintf("bytes=%d-", partSize)),
	})
	must(err)
	body, err := io.ReadAll(tail.Body)
	must(err)
	same("tail", string(body), "the end")
}

func queue(client *sqs.Client) {
	created, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: name, Attributes: map[string]string{"VisibilityTimeout": "30"},
	})
	must(err)
	begun := time.Now()
	sent := make(chan error, 1)
	go func() {
		time.Sleep(200 * time.Millisecond)
		_, err := client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: created.QueueUrl, MessageBody: aws.String("https://example.org/"),
			MessageAttributes: map[string]sqstypes.MessageAttributeValue{
				"depth": {DataType: aws.String("Number"), StringValue: aws.String("1")},
			},
		})
		sent <- err
	}()
	received, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: created.QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: []string{"All"},
	})
	must(err)
	must(<-sent)
	same("number of messages", len(received.Messages), 1)
	message := received.Messages[0]
	same("message", *message.Body, "https://example.org/")
	same("attribute", *message.MessageAttributes["depth"].StringValue, "1")
	same("the long poll ends when a message comes", time.Since(begun) < 10*time.Second, true)
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{
		QueueUrl: created.QueueUrl, ReceiptHandle: message.ReceiptHandle,
	})
	must(err)
}

type item = map[string]dynamodbtypes.AttributeValue

func text(value string) dynamodbtypes.AttributeValue {
	return &dynamodbtypes.AttributeValueMemberS{Value: value}
}

func number(value string) dynamodbtypes.AttributeValue {
	return &dynamodbtypes.AttributeValueMemberN{Value: value}
}

func table(client *dynamodb.Client) {
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: name, BillingMode: dynamodbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamodbtypes.AttributeDefinition{
			{AttributeName: aws.String("site"), AttributeType: dynamodbtypes.ScalarAttributeTypeS},
			{AttributeName: aws.String("page"), AttributeType: dynamodbtypes.ScalarAttributeTypeN},
		},
		KeySchema: []dynamodbtypes.KeySchemaElement{
			{AttributeName: aws.String("site"), KeyType: dynamodbtypes.KeyTypeHash},
			{AttributeName: aws.String("page"), KeyType: dynamodbtypes.KeyTypeRange},
		},
	})
	must(err)
	must(dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: name}, time.Minute))
	for _, page := range []string{"1", "2", "10"} {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: name, Item: item{"site": text("a"), "page": number(page)},
		})
		must(err)
	}
	found, err := client.Query(ctx, &dynamodb.QueryInput{
		TableName: name, KeyConditionExpression: aws.String("site = :s AND page >= :p"),
		ExpressionAttributeValues: item{":s": text("a"), ":p": number("2")}, ScanIndexForward: aws.Bool(false),
	})
	must(err)
	same("number of items", len(found.Items), 2)
	same("first", found.Items[0]["page"].(*dynamodbtypes.AttributeValueMemberN).Value, "10")

	key := item{"site": text("a"), "page": number("1")}
	writes := []dynamodbtypes.TransactWriteItem{
		{Update: &dynamodbtypes.Update{
			TableName: name, Key: key, UpdateExpression: aws.String("ADD visits :one"),
			ExpressionAttributeValues: item{":one": number("1")},
		}},
		{Put: &dynamodbtypes.Put{
			TableName: name, Item: item{"site": text("b"), "page": number("1")},
			ConditionExpression: aws.String("attribute_not_exists(site)"),
		}},
	}
	_, err = client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	must(err)
	_, err = client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	var cancelled *dynamodbtypes.TransactionCanceledException
	same("the second transaction is cancelled", errors.As(err, &cancelled), true)
	same("reason", *cancelled.CancellationReasons[1].Code, "ConditionalCheckFailed")
	read, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: key, ConsistentRead: aws.Bool(true)})
	must(err)
	same("visits", read.Item["visits"].(*dynamodbtypes.AttributeValueMemberN).Value, "1")
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func same[T comparable](what string, got, wanted T) {
	if got != wanted {
		log.Fatalf("%s: %v instead of %v", what, got, wanted)
	}
}
