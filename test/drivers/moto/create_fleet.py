"""Creates the stacks of the templates in an AWS emulator, and tells what came of it, a line for each thing.

create_fleet.py ENDPOINT TEMPLATES
"""

import base64
import io
import re
import sys
import zipfile

import boto3

endpoint, templates = sys.argv[1:]
REGION = "eu-west-1"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def client(service):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


ec2, cloudformation, scaling, s3, iam = (client(s) for s in ("ec2", "cloudformation", "autoscaling", "s3", "iam"))


def create(name, **parameters):
    with open(f"{templates}/{name}.yaml", encoding="utf-8") as file:
        body = file.read()
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=body,
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    print(name, cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = ",".join(
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=REGION + "abc"[i])["Subnet"]["SubnetId"]
    for i in range(3)
)
nodes = ec2.create_security_group(GroupName="nodes", Description="nodes", VpcId=vpc)["GroupId"]

create("heimdall-documents")
create(
    "heimdall-node-role",
    FleetStack="heimdall-fleet",
    ReleaseBucket="releases",
    ConfigurationBucket="configuration",
    ConfigurationKey=KEY,
)
outputs = cloudformation.describe_stacks(StackName="heimdall-node-role")["Stacks"][0]["Outputs"]
create(
    "heimdall-fleet",
    NodeProfile=next(o["OutputValue"] for o in outputs if o["OutputKey"] == "NodeProfile"),
    Vpc=vpc,
    Subnets=subnets,
    Zones="3",
    Ports="2",
    ClientNetwork1="10.0.0.0/16",
    ReleaseName="r1",
    ReleaseBucket="releases",
    ConfigurationBucket="configuration",
)

create(
    "heimdall-manager",
    Vpc=vpc,
    Subnets=subnets,
    ClientNetwork1="10.0.8.0/24",
    ReleaseName="r1",
    ReleaseBucket="releases",
    ConfigurationBucket="configuration",
    ConfigurationKey=KEY,
    KeepFailed="true",
    SessionManager="true",
)

jar = io.BytesIO()
with zipfile.ZipFile(jar, "w") as archive:
    archive.writestr("nothing", "")
s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
s3.put_object(Bucket="code", Key="function.jar", Body=jar.getvalue())
create(
    "heimdall-config-sync",
    Vpc=vpc,
    Subnets=subnets,
    NodeSecurityGroup=nodes,
    CodeBucket="code",
    CodeKey="function.jar",
    ConfigurationBucket="configuration",
    ConfigurationKey=KEY,
)

groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
managers = [g for g in groups if g["Tags"][0]["Value"] == "heimdall-manager"]
groups = [g for g in groups if g not in managers]
for group in managers:
    print(f"{group['MinSize']} to {group['MaxSize']} managers in {len(group['VPCZoneIdentifier'].split(','))} zones")
shapes = {(g["MinSize"], g["MaxSize"], len(g["TargetGroupARNs"])) for g in groups}
for least, most, ports in shapes:
    print(f"{len(groups)} groups of {least} to {most} nodes, each with {ports} ports")
for group in groups[:1] + managers:
    # Nodes have several types to choose from, managers one.
    mixed = group.get("MixedInstancesPolicy")
    template = (mixed["LaunchTemplate"]["LaunchTemplateSpecification"] if mixed else group["LaunchTemplate"])[
        "LaunchTemplateId"
    ]
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"]
    data = versions[0]["LaunchTemplateData"]
    options = data["MetadataOptions"]
    script = base64.b64decode(data["UserData"]).decode()
    conf = dict(re.findall(r"^(\w+)='([^']+)'$", script, re.MULTILINE))
    print(
        conf["role"],
        "metadata",
        options["HttpTokens"],
        options["HttpPutResponseHopLimit"],
        conf["configSource"],
        conf.get("managerSecret", ""),
    )
    profile = data["IamInstanceProfile"]["Arn"].split("/")[-1]
    role = iam.get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"][0]["RoleName"]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    # The emulator keeps the text that Python has for a policy.
    policy = str(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    print(
        conf["role"],
        "kept when failed:",
        conf.get("keepFailed", "no"),
        *re.findall(r"autoscaling:EnterStandby", policy),
    )
