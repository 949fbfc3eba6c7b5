"""The stacks of a region in the emulator, by name, each with its status and how many resources it has of each type.

standing.py ENDPOINT REGION
"""

import collections
import json
import sys

import boto3

endpoint, region = sys.argv[1:]
cloudformation = boto3.client(
    "cloudformation",
    endpoint_url=endpoint,
    region_name=region,
    aws_access_key_id="testing",
    aws_secret_access_key="testing",
)


def types(stack):
    made = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack).build_full_result()
    return collections.Counter(each["ResourceType"] for each in made["StackResourceSummaries"])


json.dump(
    {
        stack["StackName"]: {"status": stack["StackStatus"], "made": types(stack["StackName"])}
        for stack in cloudformation.describe_stacks()["Stacks"]
    },
    sys.stdout,
)
