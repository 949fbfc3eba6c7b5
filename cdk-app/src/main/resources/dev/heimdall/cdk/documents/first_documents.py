"""Writes the first documents of a configuration, and never again: later ones are people's."""
import json
import urllib.request

import boto3

LAST = "node.json"  # its presence says that all of them were written


def write(bucket, prefix, documents):
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix + "/").get("Contents", [])
    there = {each["Key"][len(prefix) + 1 :] for each in found}
    if LAST in there or not there <= documents.keys():
        return
    for name in sorted(documents.keys() - there, key=lambda name: (name == LAST, name)):
        body = documents[name].encode()
        s3.put_object(Bucket=bucket, Key=prefix + "/" + name, Body=body, IfNoneMatch="*")


def handler(event, context):
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "first-documents"),
    }
    try:
        if event["RequestType"] == "Create":
            told = event["ResourceProperties"]
            documents = {each["Name"]: each["Text"] for each in told["Documents"]}
            write(told["Bucket"], told["Prefix"], documents)
    except Exception as e:
        answer["Status"] = "FAILED"
        answer["Reason"] = "The first documents cannot be written: " + str(e)
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        answer[key] = event[key]
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
    request.add_header("Content-Type", "")
    urllib.request.urlopen(request)
