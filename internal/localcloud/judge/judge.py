"""Uses a local cloud with boto3 as an application would. The environment is that of `paymentdr local env`."""

import importlib.util
import json
import os
import sys
import uuid
from pathlib import Path

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError


def expect(what, got, want):
    if got != want:
        sys.exit(f"judge: {what}: got {got!r}, want {want!r}")
    print(f"judge: {what}: as expected")


def refused(what, code, call):
    try:
        call()
    except ClientError as error:
        return expect(what, error.response["Error"]["Code"], code)
    sys.exit(f"judge: {what}: was not refused")


def tables():
    """From create-table to query, as the reference has it."""
    dynamodb = boto3.resource("dynamodb")
    name = f"judge-{uuid.uuid4()}"
    table = dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "account", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": part, "AttributeType": "S"} for part in ("account", "day", "state")],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-state", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}],
        }])
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for day in range(1, 61):
            batch.put_item(Item={"account": "a", "day": f"{day:03}", "state": "even" if day % 2 == 0 else "odd", "amount": day})
    expect("a query in the middle", [item["day"] for item in table.query(
        KeyConditionExpression=Key("account").eq("a") & Key("day").between("010", "012"))["Items"]], ["010", "011", "012"])
    expect("an index, backwards, filtered", [int(item["amount"]) for item in table.query(
        IndexName="by-state", KeyConditionExpression=Key("state").eq("even"), FilterExpression=Attr("amount").gt(54),
        ScanIndexForward=False)["Items"]], [60, 58, 56])
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=name, PaginationConfig={"PageSize": 7})
    expect("a scan in pages", sum(page["Count"] for page in pages), 60)
    refused("a second item of the same key", "ConditionalCheckFailedException", lambda: table.put_item(
        Item={"account": "a", "day": "001"}, ConditionExpression="attribute_not_exists(account)"))
    answer = table.update_item(Key={"account": "a", "day": "001"}, UpdateExpression="SET amount = amount + :n",
                               ConditionExpression=Attr("state").eq("odd"), ExpressionAttributeValues={":n": 41}, ReturnValues="UPDATED_NEW")
    expect("an update of a number", int(answer["Attributes"]["amount"]), 42)
    expect("a read of the latest", int(table.get_item(Key={"account": "a", "day": "001"}, ConsistentRead=True)["Item"]["amount"]), 42)
    refused("a query without its key", "ValidationException", lambda: table.query(KeyConditionExpression=Key("day").eq("001")))
    refused("a table that is there", "ResourceInUseException", lambda: boto3.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "account", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "account", "AttributeType": "S"}]))
    table.delete()
    table.wait_until_not_exists()
    refused("a table that is gone", "ResourceNotFoundException", lambda: table.load())


class Context:
    """What the original's handlers ask of their context."""

    request_id = str(uuid.uuid4())


def original(name, **environment):
    """One of the original's handlers, as it stands."""
    os.environ.update(environment)
    path = Path(__file__).parent / "original" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def handlers():
    name = f"judge-{uuid.uuid4()}"
    table = boto3.resource("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "sessionId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "sessionId", "AttributeType": "S"}])
    table.wait_until_exists()
    payments = original("payment_processor", DYNAMODB_TABLE=name, DB_SECRET_ARN="unused", REGION=os.environ["AWS_REGION"])
    expect("the original's payment", payments.handler({"paymentId": "pay-1", "amount": "12.50"}, Context)["statusCode"], 200)
    expect("its record", {key: value for key, value in table.get_item(Key={"sessionId": "pay-1"})["Item"].items() if key in ("status", "amount", "transactionId")},
           {"status": "completed", "amount": "12.50", "transactionId": Context.request_id})
    expect("the original's payment without an amount", payments.handler({"paymentId": "pay-2"}, Context)["statusCode"], 400)
    table.delete()
    cluster = boto3.client("rds").describe_db_clusters()["DBClusters"][0]["DBClusterIdentifier"]
    backups = original("backup_verification", CLUSTER_IDENTIFIER=cluster, ENVIRONMENT="judge")
    answer = backups.handler({}, Context)
    expect("the original's verification of a cluster that is too young for a snapshot",
           (answer["statusCode"], json.loads(answer["body"])["error"]), (500, "No snapshots found"))


tables()
handlers()
print("judge: all as expected")
