// emu's levers from JavaScript, over plain HTTP: `node --test examples/ci/javascript`, with emu at EMU_URL or
// http://localhost:4566. Nothing is installed; SQS speaks JSON, too.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const EMU = process.env.EMU_URL ?? "http://localhost:4566";

async function kumo(method, path, body) {
  const response = await fetch(`${EMU}/kumo/${path}`, { method, body: body && JSON.stringify(body) });
  return { status: response.status, ...(await response.json()) };
}

async function sqs(operation, request) {
  const response = await fetch(EMU, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `AmazonSQS.${operation}` },
    body: JSON.stringify(request),
  });
  assert.equal(response.status, 200, operation);
  const text = await response.text();
  return text ? JSON.parse(text) : {};
}

let queue;

beforeEach(async () => {
  await kumo("POST", "reset");
  await kumo("POST", "clock", { freeze: "2026-01-01T00:00:00Z" });
  queue = (await sqs("CreateQueue", { QueueName: "frontier" })).QueueUrl;
  await sqs("SendMessage", { QueueUrl: queue, MessageBody: "index.html" });
});

test("a dead worker's message comes back after its visibility timeout", async () => {
  assert.equal((await sqs("ReceiveMessage", { QueueUrl: queue })).Messages.length, 1);
  assert.equal((await sqs("ReceiveMessage", { QueueUrl: queue })).Messages?.length ?? 0, 0);
  const { now } = await kumo("POST", "clock", { advance: { seconds: 30 } });
  assert.equal(now, "2026-01-01T00:00:30.000Z");
  assert.equal((await sqs("ReceiveMessage", { QueueUrl: queue })).Messages[0].Body, "index.html");
});

test("the pipeline is awaited, not slept for", async () => {
  const impatient = await kumo("POST", "wait", { until: [{ queue_empty: "frontier" }], timeout_ms: 20 });
  assert.equal(impatient.status, 408);
  assert.equal(impatient.missing.length, 1);

  const waiting = kumo("POST", "wait", { until: [{ queue_empty: "frontier" }], timeout_ms: 10_000 });
  const [message] = (await sqs("ReceiveMessage", { QueueUrl: queue })).Messages;
  await sqs("DeleteMessage", { QueueUrl: queue, ReceiptHandle: message.ReceiptHandle });
  assert.equal((await waiting).met, true);
});

test("a world is kept, compared with and gone back to", async () => {
  const name = `javascript-${process.pid}`;
  const kept = await kumo("POST", "snapshots", { name, purpose: "one page to visit" });
  await sqs("SendMessage", { QueueUrl: queue, MessageBody: "a.html" });
  const { differences } = await kumo("GET", `snapshots/${name}/diff`);
  assert.deepEqual(
    differences.filter(({ what }) => what === "message").map(({ change, resource }) => [change, resource]),
    [["added", "frontier"]],
  );
  await kumo("POST", `snapshots/${name}/restore`);
  assert.equal((await kumo("GET", "state/hash")).state_hash, kept.state_hash);
  assert.equal((await kumo("DELETE", `snapshots/${name}`)).result, "deleted");
});
