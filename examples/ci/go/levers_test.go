// Emu's levers from Go, over plain HTTP: `cd examples/ci/go && go test`, with emu at EMU_URL or http://localhost:4566.
// Nothing but the standard library is used; SQS speaks JSON, too.
package levers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"
)

type object = map[string]any

func endpoint() string {
	if url := os.Getenv("EMU_URL"); url != "" {
		return url
	}
	return "http://localhost:4566"
}

// send makes a call and returns its status and its JSON answer.
func send(t *testing.T, method, url, target string, body object) (int, object) {
	t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if target != "" {
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
		request.Header.Set("X-Amz-Target", target)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer := object{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && response.ContentLength > 0 {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

func kumo(t *testing.T, method, path string, body object) (int, object) {
	t.Helper()
	return send(t, method, endpoint()+"/kumo/"+path, "", body)
}

func sqs(t *testing.T, operation string, body object) object {
	t.Helper()
	status, answer := send(t, "POST", endpoint()+"/", "AmazonSQS."+operation, body)
	if status != 200 {
		t.Fatalf("%s: %d %v", operation, status, answer)
	}
	return answer
}

// frontier makes a clean world, in which time stands still, with one message in a queue; it returns the queue's URL.
func frontier(t *testing.T) string {
	t.Helper()
	kumo(t, "POST", "reset", object{})
	kumo(t, "POST", "clock", object{"freeze": "2026-01-01T00:00:00Z"})
	url := sqs(t, "CreateQueue", object{"QueueName": "frontier"})["QueueUrl"].(string)
	sqs(t, "SendMessage", object{"QueueUrl": url, "MessageBody": "index.html"})
	return url
}

func receive(t *testing.T, url string) []any {
	t.Helper()
	messages, _ := sqs(t, "ReceiveMessage", object{"QueueUrl": url})["Messages"].([]any)
	return messages
}

func TestADeadWorkersMessageComesBack(t *testing.T) {
	url := frontier(t)
	if len(receive(t, url)) != 1 || len(receive(t, url)) != 0 {
		t.Fatal("a message is received once")
	}
	_, clock := kumo(t, "POST", "clock", object{"advance": object{"seconds": 30}})
	if clock["now"] != "2026-01-01T00:00:30.000Z" {
		t.Fatal(clock)
	}
	if len(receive(t, url)) != 1 {
		t.Fatal("its visibility timeout is over")
	}
}

func TestThePipelineIsAwaited(t *testing.T) {
	url := frontier(t)
	condition := []object{{"queue_empty": "frontier"}}
	if status, answer := kumo(t, "POST", "wait", object{"until": condition, "timeout_ms": 20}); status != 408 {
		t.Fatal(status, answer)
	}
	done := make(chan int)
	go func() {
		status, _ := kumo(t, "POST", "wait", object{"until": condition, "timeout_ms": 10000})
		done <- status
	}()
	handle := receive(t, url)[0].(object)["ReceiptHandle"]
	sqs(t, "DeleteMessage", object{"QueueUrl": url, "ReceiptHandle": handle})
	select {
	case status := <-done:
		if status != 200 {
			t.Fatal(status)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the wait did not end")
	}
}

func TestAWorldIsGoneBackTo(t *testing.T) {
	url := frontier(t)
	name := fmt.Sprintf("go-%d", os.Getpid())
	_, kept := kumo(t, "POST", "snapshots", object{"name": name, "purpose": "one page to visit"})
	sqs(t, "SendMessage", object{"QueueUrl": url, "MessageBody": "a.html"})
	if _, diff := kumo(t, "GET", "snapshots/"+name+"/diff", object{}); diff["equal"] != false {
		t.Fatal(diff)
	}
	kumo(t, "POST", "snapshots/"+name+"/restore", object{})
	if _, now := kumo(t, "GET", "state/hash", object{}); now["state_hash"] != kept["state_hash"] {
		t.Fatal(now, kept)
	}
	kumo(t, "DELETE", "snapshots/"+name, object{})
}
