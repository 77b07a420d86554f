"""Sends the operations of the Go suite to a local cloud's DynamoDB and to another model of it, and compares the answers.

compare.py NAME COMMAND...: the command must listen on the loopback port that follows it. Status, error type and body are
compared, not texts: those are compared with AWS's DynamoDB Local. The environment is that of `paymentdr local env`. Each
difference must be in NAME-differences.txt as it is; --write before NAME writes them there.
"""

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
OPERATIONS = HERE.parent / "dynamodb/testdata/operations.txt"

HASH = {"TableName": "judge-hash", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
RANGE = {"TableName": "judge-range", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "N"), ("gpk", "S"), ("gsk", "S"))],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
         "GlobalSecondaryIndexes": [
             {"IndexName": "all", "Projection": {"ProjectionType": "ALL"},
              "KeySchema": [{"AttributeName": "gpk", "KeyType": "HASH"}, {"AttributeName": "gsk", "KeyType": "RANGE"}]},
             {"IndexName": "keys", "Projection": {"ProjectionType": "KEYS_ONLY"}, "KeySchema": [{"AttributeName": "gpk", "KeyType": "HASH"}]}]}

# What is another one in every run.
CHANGING = ("CreationDateTime", "TableId", "TableArn", "LastUpdateToPayPerRequestDateTime")


class Server:
    def __init__(self, endpoint, authority=None):
        self.endpoint = endpoint
        self.tls = ssl.create_default_context(cafile=authority) if authority else None

    def call(self, operation, body):
        """Status, and the error's type or the body, as one line."""
        request = urllib.request.Request(self.endpoint, data=body.encode(), method="POST", headers={
            "X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20261123T120000Z",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20261123/{os.environ['AWS_REGION']}/dynamodb/aws4_request, "
                             "SignedHeaders=host;x-amz-date;x-amz-target, Signature=00"})
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30) as response:
                status, raw = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        try:
            content = json.loads(raw or b"{}")
        except ValueError:
            content = {"__type": "not JSON"}  # it broke down
        if status >= 400 or "__type" in content:
            return f"{status} {str(content.get('__type', 'no type')).split('#')[-1]}"
        return f"{status} {json.dumps(normal(content, operation in ('Scan', 'BatchGetItem')), sort_keys=True)}"


def normal(content, any_order):
    """The same content with sets, and the items of a scan, in one order."""
    if isinstance(content, dict):
        return {name: normal(value, any_order or name in ("SS", "NS", "BS")) for name, value in content.items() if name not in CHANGING}
    if isinstance(content, list):
        members = [normal(value, any_order) for value in content]
        return sorted(members, key=lambda value: json.dumps(value, sort_keys=True)) if any_order else members
    return content


@contextlib.contextmanager
def model(command):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen([*command, str(port)], env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.1)
        else:
            sys.exit(f"judge: {command[0]} does not listen after 30 s (exit code {process.poll()})")
        yield Server(f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.wait()


def create(server, table):
    """Creates a table and waits until it can be used."""
    if not (answer := server.call("CreateTable", json.dumps(table))).startswith("200"):
        sys.exit(f"judge: create table {table['TableName']} at {server.endpoint}: {answer}")
    for _ in range(300):
        if '"TableStatus": "ACTIVE"' in server.call("DescribeTable", json.dumps({"TableName": table["TableName"]})):
            return
        time.sleep(0.1)
    sys.exit(f"judge: table {table['TableName']} at {server.endpoint} is not active after 30 s")


def main():
    arguments = sys.argv[1:]
    write = arguments[:1] == ["--write"]
    name, *command = arguments[write:]
    differences = HERE / f"{name}-differences.txt"
    count, lines = 0, []
    with model(command) as theirs:
        ours = Server(os.environ["AWS_ENDPOINT_URL"] + "/", os.environ.get("AWS_CA_BUNDLE"))
        for server in (ours, theirs):
            for table in (HASH, RANGE):
                create(server, table)
        for line in OPERATIONS.read_text().splitlines():
            operation, _, body = line.strip().partition(" ")
            if not body or operation == "#":
                continue
            count += 1
            body = body.replace("$H", HASH["TableName"]).replace("$R", RANGE["TableName"])
            answers = ours.call(operation, body), theirs.call(operation, body)
            if answers[0] != answers[1]:
                lines.append(f"{operation} {body}\n  ours: {answers[0]}\n  {name}: {answers[1]}\n")
        for table in (HASH, RANGE):
            ours.call("DeleteTable", json.dumps({"TableName": table["TableName"]}))
    found = "".join(lines)
    if write:
        differences.write_text(found)
    elif found != differences.read_text():
        sys.exit(f"{found}judge: the differences from {name} are not those of {differences.name}")
    print(f"judge: {count} operations against {name}: {len(lines)} answers differ, as {differences.name} has it")


if __name__ == "__main__":
    main()
