"""What became of a stack in the emulator, as JSON.

deployed.py ENDPOINT STACK REGION
"""

import base64
import json
import sys

import boto3

endpoint, stack, region = sys.argv[1:]


def client(service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


cloudformation, balancing, scaling, ec2 = (client(s) for s in ("cloudformation", "elbv2", "autoscaling", "ec2"))
made = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack).build_full_result()
made = {each["LogicalResourceId"]: each for each in made["StackResourceSummaries"]}
template = cloudformation.get_template(StackName=stack)["TemplateBody"]
template = json.loads(template) if isinstance(template, str) else template


def ids(kind):
    return [each["PhysicalResourceId"] for each in made.values() if each["ResourceType"] == kind]


def lines(name):
    """A setting in the user-data of each launch template, as the script has it."""
    for template in ids("AWS::EC2::LaunchTemplate"):
        versions = ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"]
        data = max(versions, key=lambda each: each["VersionNumber"])["LaunchTemplateData"]["UserData"]
        script = base64.b64decode(data).decode()
        yield next(line for line in script.splitlines() if line.startswith(name + "="))


balancer = ids("AWS::ElasticLoadBalancingV2::LoadBalancer")[0]
groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=ids("AWS::AutoScaling::AutoScalingGroup"))
rules = [
    rule
    for group in ec2.describe_security_groups(GroupIds=ids("AWS::EC2::SecurityGroup"))["SecurityGroups"]
    for rule in group["IpPermissions"]
]
description = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
json.dump(
    {
        "status": description["StackStatus"],
        "outputs": {each["OutputKey"]: each["OutputValue"] for each in description["Outputs"]},
        "balancer": balancer,
        "listeners": sorted(
            f"{each['Protocol']} {each['Port']}"
            for each in balancing.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        ),
        "ports": [len(each["TargetGroupARNs"]) for each in groups["AutoScalingGroups"]],
        "open": sorted(
            {
                rule["FromPort"]
                for rule in rules
                if "FromPort" in rule
            }
        ),
        "sources": sorted({source["CidrIp"] for rule in rules for source in rule["IpRanges"]}),
        "facts": sorted(set(lines("facts"))),
        "configSources": sorted(set(lines("configSource"))),
        "passedOver": sorted(
            {each["Type"] for name, each in template["Resources"].items() if name not in made}
        ),
    },
    sys.stdout,
)
