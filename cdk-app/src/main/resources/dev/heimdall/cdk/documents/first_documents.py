"""Writes the first documents of a configuration, and never again: later ones are people's."""
import base64
import gzip
import json
import urllib.request
import uuid

import boto3
from botocore.exceptions import ClientError

LAST = "node.json"  # its presence says that all of them were written
COMMIT = ".heimdall/commit.json"  # all of them in one, for readers of whole commits
LARGEST = 65536  # bytes that a secret holds
EMPTY = "{}"
CURRENT = "AWSCURRENT"


def write(bucket, prefix, documents, commits):
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix + "/").get("Contents", [])
    names = {each["Key"][len(prefix) + 1 :] for each in found}
    there = {name for name in names if not name.startswith(".")}
    if LAST in there or not there <= documents.keys():
        return
    for name in sorted(documents.keys() - there - {LAST}):
        put(s3, bucket, prefix, name, documents[name].encode())
    if commits and COMMIT not in names:
        put(s3, bucket, prefix, COMMIT, whole(documents))
    put(s3, bucket, prefix, LAST, documents[LAST].encode())


def put(s3, bucket, prefix, name, body):
    s3.put_object(Bucket=bucket, Key=prefix + "/" + name, Body=body, IfNoneMatch="*")


def whole(documents):
    return dump({"heimdall": 1, "documents": documents})


def dump(what):
    return json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()


def bundle(documents):
    """All of them as nodes read them in a secret, compressed where it cannot hold them so."""
    plain = whole(documents)
    if len(plain) > LARGEST:
        packed = base64.b64encode(gzip.compress(plain)).decode()
        plain = dump({"heimdall": 1, "gzip": packed})
    if len(plain) > LARGEST:
        raise ValueError(
            f"they have {len(plain)} bytes compressed, and a secret holds {LARGEST}: take fewer"
            ' documents, or the place "bucket"'
        )
    return plain.decode()


def current(secret):
    """The current version, and whether something is in it."""
    now = boto3.client("secretsmanager").get_secret_value(SecretId=secret, VersionStage=CURRENT)
    return now["VersionId"], now.get("SecretString", "").strip() != EMPTY


def write_secret(secret, documents):
    """Writes over the empty configuration only, and over no one who is faster."""
    version, filled = current(secret)
    if filled:
        return
    secrets = boto3.client("secretsmanager")
    label = f"heimdall-{uuid.uuid4()}"  # a version that nobody sees
    made = secrets.put_secret_value(
        SecretId=secret, SecretString=bundle(documents), VersionStages=[label]
    )["VersionId"]
    move = secrets.update_secret_version_stage
    try:
        move(
            SecretId=secret,
            VersionStage=CURRENT,
            MoveToVersionId=made,
            RemoveFromVersionId=version,
        )
    except ClientError as e:
        # Somebody else was faster; or we were, and the answer to a first attempt was lost.
        if code(e) != "InvalidParameterException":
            raise
    move(SecretId=secret, VersionStage=label, RemoveFromVersionId=made)


def code(error):
    return error.response["Error"]["Code"]


def make_way(secret, stack, resource):
    """Fails where a secret was kept that the stack is about to make, and says what to do."""
    try:
        boto3.client("secretsmanager").describe_secret(SecretId=secret)
    except ClientError as e:
        # Who may look at one secret only is denied to look at what does not exist.
        if code(e) in ("ResourceNotFoundException", "AccessDeniedException"):
            return
        raise
    try:
        made = boto3.client("cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId=resource
        )
        if not made["StackResourceDetail"]["ResourceStatus"].startswith("DELETE_"):
            return
    except ClientError as e:
        if code(e) != "ValidationError":
            raise
    raise FileExistsError(
        f"the secret {secret} is there already: it was kept when an earlier deployment was destroyed"
        ' or had its documents elsewhere. To go on with what it holds, write "secret":'
        f' "{secret}" into documents, and deploy again. To begin anew, save what it holds (heimdall'
        f" config pull secret:{secret} DIR) and delete it: aws secretsmanager delete-secret"
        f" --force-delete-without-recovery --secret-id {secret}"
    )


def stay(secret, bucket, prefix):
    """Fails where documents that people have edited would be left behind."""
    if current(secret)[1]:
        return
    raise FileNotFoundError(
        f"the documents were in a bucket before, and the secret {secret} is empty: first documents"
        f" would undo what was edited. Write the edited ones into a secret (heimdall config pull"
        f" s3://{bucket}/{prefix} DIR, then heimdall config push DIR secret:{secret}), write"
        f' "secret": "{secret}" into documents, and deploy again'
    )


def change(event, told):
    if event["RequestType"] == "Create":
        if "Makes" in told:
            make_way(told["Secret"], event["StackId"], told["Makes"])
            return
        documents = {each["Name"]: each["Text"] for each in told["Documents"]}
        if "Secret" in told:
            write_secret(told["Secret"], documents)
        else:
            write(told["Bucket"], told["Prefix"], documents, told.get("Commits") == "write")
    elif event["RequestType"] == "Update":
        before = event.get("OldResourceProperties", {})
        if "Secret" in told and "Bucket" in before:
            stay(told["Secret"], before["Bucket"], before["Prefix"])


def handler(event, context):
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "first-documents"),
    }
    try:
        change(event, event["ResourceProperties"])
    except Exception as e:
        answer["Status"] = "FAILED"
        answer["Reason"] = "The first documents cannot be written: " + str(e)
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        answer[key] = event[key]
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
    request.add_header("Content-Type", "")
    urllib.request.urlopen(request)
