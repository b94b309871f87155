// One journey through S3, SQS and DynamoDB with the AWS SDK for JavaScript, version 3. Only AWS_ENDPOINT_URL tells that
// it isn't AWS. The argument is a name for what it makes.
import assert from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

const name = process.argv[2];
const options = { maxAttempts: 1 };

async function bucket() {
  const s3 = new S3Client(options);
  const Bucket = name;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Key = "pages/a b+ü.html";
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: "<h1>hello</h1>", Metadata: { depth: "1" } }));
  const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await read.Body.transformToString(), "<h1>hello</h1>");
  assert.deepEqual(read.Metadata, { depth: "1" });
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "pages/" }));
  assert.deepEqual(listed.Contents.map((object) => object.Key), [Key]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key })), { name: "NoSuchKey" });
}

async function multipartUpload() {
  const s3 = new S3Client(options);
  const target = { Bucket: name, Key: "large" };
  const parts = [Buffer.alloc(5 * 1024 * 1024, "a"), Buffer.from("the end")];
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const Parts = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
    Parts.push({ ETag, PartNumber });
  }
  const done = await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
  assert.match(done.ETag, /-2"$/);
  const tail = await s3.send(new GetObjectCommand({ ...target, Range: `bytes=${5 * 1024 * 1024}-` }));
  assert.equal(await tail.Body.transformToString(), "the end");
}

async function queue() {
  const sqs = new SQSClient(options);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "30" } }));
  const begun = Date.now();
  const waiting = sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: "https://example.org/",
      MessageAttributes: { depth: { DataType: "Number", StringValue: "1" } },
    }),
  );
  const { Messages } = await waiting;
  assert.equal(Messages.length, 1);
  assert.equal(Messages[0].Body, "https://example.org/");
  assert.equal(Messages[0].MessageAttributes.depth.StringValue, "1");
  assert.ok(Date.now() - begun < 10_000, "the long poll ends when a message comes");
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
}

async function table() {
  const dynamodb = new DynamoDBClient(options);
  const TableName = name;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "site", AttributeType: "S" },
        { AttributeName: "page", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "site", KeyType: "HASH" },
        { AttributeName: "page", KeyType: "RANGE" },
      ],
    }),
  );
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 60 }, { TableName });
  for (const page of ["1", "2", "10"]) {
    await dynamodb.send(new PutItemCommand({ TableName, Item: { site: { S: "a" }, page: { N: page } } }));
  }
  const found = await dynamodb.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "site = :s AND page >= :p",
      ExpressionAttributeValues: { ":s": { S: "a" }, ":p": { N: "2" } },
      ScanIndexForward: false,
    }),
  );
  assert.deepEqual(found.Items.map((item) => item.page.N), ["10", "2"]);

  const Key = { site: { S: "a" }, page: { N: "1" } };
  const raise = {
    Update: { TableName, Key, UpdateExpression: "ADD visits :one", ExpressionAttributeValues: { ":one": { N: "1" } } },
  };
  const once = { Put: { TableName, Item: { site: { S: "b" }, page: { N: "1" } }, ConditionExpression: "attribute_not_exists(site)" } };
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [raise, once] }));
  await assert.rejects(dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [raise, once] })), (error) => {
    assert.equal(error.name, "TransactionCanceledException");
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["None", "ConditionalCheckFailed"]);
    return true;
  });
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  assert.equal(Item.visits.N, "1");
}

for (const part of [bucket, multipartUpload, queue, table]) {
  await part();
  console.log(`${part.name}: done`);
}
