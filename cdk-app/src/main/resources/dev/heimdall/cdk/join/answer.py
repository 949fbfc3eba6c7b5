"""What CloudFormation requests of a custom resource, and how AWS is called for it."""
import json
import signal
import time
import urllib.request

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

RESERVE = 10  # seconds of the function's time that are left for the response
LONGEST_REASON = 1000  # CloudFormation takes 4096 bytes for all of the response
SHOWN_ERROR = 300
PAUSE = 2  # seconds before a call is made again
NEW_ROLE = 5  # calls until a denied one counts: a new role is known everywhere after seconds
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure")
LIMITS = Config(
    connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 6}
)


class Failure(Exception):
    """What went wrong, as people read it in the events of the stack; code and said are AWS's."""

    def __init__(self, text, code="", said=""):
        super().__init__(text)
        self.code = code
        self.said = said


class OutOfTime(BaseException):
    """The function's time ends; says what took it. No handler of ordinary errors may stop it."""


def call(service, action, region, gone=(), **what):
    """Calls AWS. None where the error says that what is named does not exist (codes in gone)."""
    for attempt in range(1, NEW_ROLE + 1):
        try:
            client = boto3.client(service, region_name=region, config=LIMITS)
            return getattr(client, xform_name(action))(**what)
        except OutOfTime:
            raise OutOfTime(f"{service}:{action} in {region}") from None
        except ClientError as e:
            code = e.response["Error"]["Code"]
            if code in gone:
                return None
            said = e.response["Error"]["Message"]
            if code not in DENIED:
                text = f"{region}: {service}:{action} failed: {code}: {said[:SHOWN_ERROR]}"
                raise Failure(text, code, said) from e
            if attempt == NEW_ROLE:
                text = (
                    f"{region}: the permission {service}:{action} is missing, or a policy of the"
                    f" organization denies it ({code})"
                )
                raise Failure(text, code, said) from e
        except BotoCoreError as e:
            raise Failure(f"{region}: {service}:{action} failed: {str(e)[:SHOWN_ERROR]}") from e
        time.sleep(PAUSE)


def everything(service, action, region, key, gone=(), **what):
    """The items of all pages of a call that describes something."""
    found = []
    while True:
        page = call(service, action, region, gone, **what)
        if page is None:
            return found
        found += page[key]
        if not page.get("NextToken"):
            return found
        what["NextToken"] = page["NextToken"]


def outputs(region, stack):
    """What a stack of the deployment has put out, by name."""
    try:
        found = call("cloudformation", "DescribeStacks", region, StackName=stack)["Stacks"][0]
    except Failure as e:
        if "does not exist" not in e.said:
            raise
        raise Failure(f"{region}: there is no stack {stack}: deploy it first") from e
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def wait(purpose, look):
    """Calls look until it returns something, or the function's time ends."""
    try:
        while True:
            found = look()
            if found:
                return found
            time.sleep(PAUSE)
    except OutOfTime:
        raise OutOfTime(purpose) from None


def stop(signum, frame):
    raise OutOfTime("")


def serve(event, context, identity, change):
    """Does what is requested, and responds in any case.

    identity has the resource's id, from its properties and the id that it has had, if any; change
    does it, and returns attributes. What has another id than before is deleted by a request that
    CloudFormation makes at last.
    """
    former = event.get("PhysicalResourceId")
    answer = {"Status": "SUCCESS"}
    left = context.get_remaining_time_in_millis() / 1000
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(left - RESERVE, 0.1))
    try:
        told, before = event["ResourceProperties"], event.get("OldResourceProperties", {})
        request = event["RequestType"]
        own = former if request == "Delete" else identity(told, former)
        answer["PhysicalResourceId"] = own
        answer["Data"] = change(request, told, before, own)
    except OutOfTime as e:
        answer["Status"] = "FAILED"
        answer["Reason"] = f"The time limit of {left:.0f} s ended during: {e}. Deploy again."
    except Exception as e:
        answer["Status"] = "FAILED"
        answer["Reason"] = str(e) if isinstance(e, Failure) else f"{type(e).__name__}: {e}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    answer["Reason"] = answer.get("Reason", "")[:LONGEST_REASON]
    answer.setdefault("PhysicalResourceId", former or event["LogicalResourceId"])
    for key in ("StackId", "RequestId", "LogicalResourceId"):
        answer[key] = event[key]
    print(json.dumps({key: answer[key] for key in ("Status", "Reason", "PhysicalResourceId")}))
    respond(event["ResponseURL"], json.dumps(answer).encode())


def respond(url, body, attempts=3):
    for attempt in range(1, attempts + 1):
        try:
            request = urllib.request.Request(url, data=body, method="PUT")
            request.add_header("Content-Type", "")
            urllib.request.urlopen(request, timeout=RESERVE / (attempts + 1))
            return
        except OSError:
            if attempt == attempts:
                raise
