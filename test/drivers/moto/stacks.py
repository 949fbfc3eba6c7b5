"""What the emulator's CloudFormation lacks for the stacks of a deployment."""

import http.server
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import uuid
import zipfile

from flask import request
from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaVersion, lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroupIngress
from moto.ec2.models.vpcs import VPC
from moto.elasticache.models import ElastiCacheBackend, elasticache_backends
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.s3.models import FakeBucket, S3Backend
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm import ssm_backends


def create_load_balancer(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """It takes every balancer for one of HTTP."""
    told = cloudformation_json["Properties"]
    made = elbv2_backends[account_id][region_name].create_load_balancer(
        resource_name,
        told.get("SecurityGroups"),
        told.get("Subnets"),
        scheme=told.get("Scheme", "internet-facing"),
        loadbalancer_type=told.get("Type"),
    )
    return with_attributes(made, told)


def with_attributes(balancer, told):
    balancer.attrs.update({each["Key"]: each["Value"] for each in told.get("LoadBalancerAttributes", [])})
    return balancer


def update_load_balancer(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """It updates none; of what a deployment changes of one, attributes are all."""
    return with_attributes(original_resource, cloudformation_json["Properties"])


FakeLoadBalancer.create_from_cloudformation_json = classmethod(create_load_balancer)
FakeLoadBalancer.update_from_cloudformation_json = classmethod(update_load_balancer)

delete_balancer = ELBv2Backend.delete_load_balancer


def delete_load_balancer(self, arn):
    """It deletes those that are protected, too."""
    balancer = self.load_balancers.get(arn)
    if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
        raise ELBClientError(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    delete_balancer(self, arn)


ELBv2Backend.delete_load_balancer = delete_load_balancer


class Made:
    """A resource with an id and attributes, that stays as it is when its stack is updated."""

    TYPE = NAME = None

    def __init__(self, physical_resource_id, **attributes):
        self.id = physical_resource_id
        self.attributes = attributes

    @property
    def physical_resource_id(self):
        return self.id

    @classmethod
    def cloudformation_type(cls):
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls):
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute_name):
        return self.attributes[attribute_name]

    def is_created(self):
        return True

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return original_resource

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return cls.create(resource_name, cloudformation_json["Properties"], account_id, region_name, kwargs)


class Secret(Made):
    TYPE, NAME = "AWS::SecretsManager::Secret", "Name"

    @classmethod
    def create(cls, name, told, account, region, kwargs):
        answer = secretsmanager_backends[account][region].create_secret(
            name=name,
            secret_string=told.get("SecretString") or uuid.uuid4().hex,
            secret_binary=None,
            description=told.get("Description"),
            tags=told.get("Tags"),
            kms_key_id=told.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[{"Region": each["Region"]} for each in told.get("ReplicaRegions", [])],
            force_overwrite=False,
        )
        return cls(json.loads(answer)["ARN"])

    def delete(self, account, region):
        """As CloudFormation does: the copies first."""
        backend = secretsmanager_backends[account][region]
        copies = [replica.region for replica in backend.secrets[self.id].replicas]
        backend.remove_regions_from_replication(self.id, copies)
        backend.delete_secret(self.id, None, True)


class Alias(Made):
    TYPE = "AWS::Lambda::Alias"

    @classmethod
    def create(cls, name, told, account, region, kwargs):
        alias = lambda_backends[account][region].create_alias(
            told["Name"], told["FunctionName"], str(told["FunctionVersion"]), told.get("Description"), None
        )
        return cls(alias.arn)

    def delete(self, account, region):
        function, name = self.id.split(":")[-2:]
        try:
            lambda_backends[account][region].delete_alias(name, function)
        except UnknownFunctionException:
            pass  # it has gone with the function


class Store(Made):
    TYPE, NAME = "AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"

    @classmethod
    def create(cls, name, told, account, region, kwargs):
        code = ElastiCacheBackend.create_replication_group.__code__
        settings = dict.fromkeys(code.co_varnames[1 : code.co_argcount])
        settings.update(
            replication_group_id=name[-40:],
            replication_group_description=told["ReplicationGroupDescription"],
            num_node_groups=told["NumNodeGroups"],
            replicas_per_node_group=told["ReplicasPerNodeGroup"],
            cache_node_type=told["CacheNodeType"],
            engine=told["Engine"],
            port=told.get("Port"),
            tags=[],
        )
        elasticache_backends[account][region].create_replication_group(**settings)
        address = f"master.{name}.abcdef.{region}.cache.amazonaws.com"
        return cls(name[-40:], **{"PrimaryEndPoint.Address": address, "ConfigurationEndPoint.Address": address})

    def delete(self, account, region):
        elasticache_backends[account][region].delete_replication_group(self.id, None)


# What Lambda gives a function besides the event, as far as it is asked for: its time.
LAMBDA = """
import index, json, sys, types
index.handler(json.load(sys.stdin), types.SimpleNamespace(get_remaining_time_in_millis=lambda: 50000))
"""


class Custom(Made):
    """Calls the function, which runs here, as Lambda runs it."""

    TYPE = "AWS::CloudFormation::CustomResource"

    # Code by function: the emulator deletes a function before what calls it, if it comes to it first.
    CODE = {}

    @classmethod
    def create(cls, name, told, account, region, kwargs):
        answer = cls.call(account, region, told, {**kwargs, "RequestType": "Create"})
        return cls(answer["PhysicalResourceId"], told=told, kwargs=kwargs, **answer.get("Data", {}))

    def delete(self, account, region):
        event = {**self.attributes["kwargs"], "RequestType": "Delete", "PhysicalResourceId": self.id}
        self.call(account, region, self.attributes["told"], event)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        told = cloudformation_json["Properties"]
        kwargs = original_resource.attributes["kwargs"]
        event = {
            **kwargs,
            "RequestType": "Update",
            "PhysicalResourceId": original_resource.id,
            "OldResourceProperties": original_resource.attributes["told"],
        }
        answer = cls.call(account_id, region_name, told, event)
        return cls(answer["PhysicalResourceId"], told=told, kwargs=kwargs, **answer.get("Data", {}))

    @staticmethod
    def call(account, region, told, event):
        answers = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                pass

        token = told["ServiceToken"]
        try:
            Custom.CODE[token] = lambda_backends[account][region].get_function(token).code_bytes
        except UnknownFunctionException:
            pass  # it has gone
        cloudformation = http.server.HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=cloudformation.serve_forever, daemon=True).start()
        event = {
            **{"LogicalResourceId": event["LogicalId"], "StackId": event["StackId"]},
            **{
                key: event[key]
                for key in ("RequestType", "PhysicalResourceId", "OldResourceProperties")
                if key in event
            },
            "RequestId": uuid.uuid4().hex,
            "ResponseURL": f"http://127.0.0.1:{cloudformation.server_port}/",
            "ResourceProperties": told,
        }
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(io.BytesIO(Custom.CODE[token])).extractall(folder)
            run = subprocess.run(
                [sys.executable, "-c", LAMBDA],
                cwd=folder,
                input=json.dumps(event).encode(),
                env={
                    **os.environ,
                    "AWS_ENDPOINT_URL": request.host_url,
                    "AWS_DEFAULT_REGION": region,
                    "AWS_ACCESS_KEY_ID": "testing",
                    "AWS_SECRET_ACCESS_KEY": "testing",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=60,
                check=False,
            )
        cloudformation.shutdown()
        if not answers:
            raise ValidationError(message="the function did not answer: " + run.stdout.decode())
        if answers[0]["Status"] != "SUCCESS":
            raise ValidationError(message=answers[0]["Reason"])
        return answers[0]


known = parsing.get_model_list
parsing.get_model_list = lambda: known() + [Secret, Alias, Store, Custom]

update = parsing.parse_and_update_resource


def parse_and_update_resource(logical_id, resource_json, resources_map, account_id, region_name):
    """What it cannot update stays as it is; it would forget that."""
    return (
        update(logical_id, resource_json, resources_map, account_id, region_name)
        or resources_map._parsed_resources.get(logical_id)
    )


parsing.parse_and_update_resource = parse_and_update_resource

apply = ChangeSet.apply


def apply_with_outputs(self):
    apply(self)
    self.stack.template = self.template
    self.stack._parse_template()
    self.stack.output_map = self.stack._create_output_map()


ChangeSet.apply = apply_with_outputs

execute = CloudFormationBackend.execute_change_set


def execute_change_set(self, change_set_name, stack_name=None):
    """It answers with an error, is asked again, and goes on behind what has failed."""
    try:
        execute(self, change_set_name, stack_name)
    except Exception as e:  # whatever it is: the stack has failed by it
        change_set = self.describe_change_set(change_set_name)
        stack = change_set.stack
        kind = change_set.change_set_type
        stack._add_stack_event(f"{kind}_FAILED", resource_status_reason=f"{type(e).__name__}: {e}")
        stack.status = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        stack._add_stack_event(stack.status)


CloudFormationBackend.execute_change_set = execute_change_set


def describe_stack_resource(self, stack_name, logical_resource_id):
    """It would make what is not made yet, in the middle of making something else."""
    stack = self.get_stack(stack_name)
    made = stack.resource_map._parsed_resources.get(logical_resource_id)
    if made is None or logical_resource_id not in stack.resource_map._resource_json_map:
        raise ValidationError(message=f"Resource {logical_resource_id} does not exist for stack {stack_name}")
    return stack, made


CloudFormationBackend.describe_stack_resource = describe_stack_resource

LambdaVersion.get_cfn_attribute = lambda self, attribute_name: self.version
FakeTargetGroup.get_cfn_attribute = lambda self, attribute_name: self.arn.split(":")[-1]


def of_its_stack(self, change_set_name):
    """Its id. Each stack has names of its own; the emulator looks for a name among those of all that ever were."""
    stack = request.form.get("StackName")
    for key, each in self.change_sets.items():
        of_it = each.stack_id in self.stacks and stack in (each.stack.name, each.stack_id)
        if change_set_name == key or change_set_name == each.change_set_name and of_it:
            return key
    # The CDK command waits until the one before is not found: it goes by the error's code.
    missing = ValidationError(change_set_name)
    missing.code = "ChangeSetNotFound"
    raise missing


def of_a_stack(known):
    return lambda self, change_set_name, *rest, **more: known(self, of_its_stack(self, change_set_name), *rest, **more)


for action in ("describe_change_set", "delete_change_set", "execute_change_set"):
    setattr(CloudFormationBackend, action, of_a_stack(getattr(CloudFormationBackend, action)))

update_resources = parsing.ResourceMap.update


def update_and_forget(self, template, parameters=None):
    """It would take what comes again later for what is gone."""
    gone = set(self._resource_json_map) - set(template["Resources"])
    update_resources(self, template, parameters)
    for name in gone:
        self._parsed_resources.pop(name, None)


parsing.ResourceMap.update = update_and_forget

clean_json = parsing.clean_json


def clean_lists(template, resources):
    """It leaves a hole where an element of a list is AWS::NoValue; CloudFormation leaves the element out."""
    cleaned = clean_json(template, resources)
    return [one for one in cleaned if one is not None] if isinstance(template, list) else cleaned


parsing.clean_json = clean_lists

make = parsing.ResourceMap.__getitem__


def make_behind(self, key):
    """It makes what something refers to at once, whatever that has to wait for."""
    told = self._resource_json_map.get(key)
    if told and key not in self._parsed_resources:
        waits_for = told.get("DependsOn", [])
        for other in [waits_for] if isinstance(waits_for, str) else waits_for:
            self[other]
    return make(self, key)


parsing.ResourceMap.__getitem__ = make_behind

resolve = parsing.ResourceMap.parse_ssm_parameter


def parse_ssm_parameter(self, value, value_type):
    """The value before, which an update keeps, is no name any more."""
    named = ssm_backends[self._account_id][self._region_name].get_parameter(value)
    return resolve(self, value, value_type) if named else value


parsing.ResourceMap.parse_ssm_parameter = parse_ssm_parameter


def revoke(self, account_id, region_name):
    """It leaves rules behind."""
    told = self.properties

    def is_this(rule):
        return str(rule.from_port) == str(told.get("FromPort")) and (
            (rule.ip_range or {}).get("CidrIp") == told["CidrIp"]
            if "CidrIp" in told
            else (rule.source_group or {}).get("GroupId") == told.get("SourceSecurityGroupId")
        )

    self.security_group.ingress_rules = [rule for rule in self.security_group.ingress_rules if not is_this(rule)]


SecurityGroupIngress.delete = revoke

delete_network = VPC.delete_from_cloudformation_json.__func__


def delete_with_route_tables(cls, resource_name, cloudformation_json, account_id, region_name):
    """It cannot delete those of a stack."""
    backend = ec2_backends[account_id][region_name]
    for table in backend.describe_route_tables(filters={"vpc-id": resource_name}):
        if table.main_association_id is None:
            table.associations.clear()
            backend.delete_route_table(table.id)
    delete_network(cls, resource_name, cloudformation_json, account_id, region_name)


VPC.delete_from_cloudformation_json = classmethod(delete_with_route_tables)

delete = parsing.ResourceMap.delete


def delete_what_is_not_kept(self):
    """It knows one of the two policies that keep something, and says nothing of what it cannot delete."""
    for resource in self._resource_json_map.values():
        if resource.get("DeletionPolicy") == "RetainExceptOnCreate":
            resource["DeletionPolicy"] = "Retain"
    try:
        delete(self)
    except Exception as e:  # whatever it is: the stack is not deleted
        kept = {key for key, each in self._resource_json_map.items() if each.get("DeletionPolicy") == "Retain"}
        left = sorted(set(self._parsed_resources) & set(self._resource_json_map) - kept)
        raise ValidationError(message=f"{type(e).__name__}: {e}; not deleted: {', '.join(left)}") from e


parsing.ResourceMap.delete = delete_what_is_not_kept


def update_termination_protection(self):
    """It knows none."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


CloudFormationResponse.update_termination_protection = update_termination_protection

delete_known = CloudFormationBackend.delete_stack


def delete_stack(self, name_or_stack_id):
    """It deletes those that are protected, too, and forgets one that it cannot delete."""
    for stack in list(self.stacks.values()):
        if name_or_stack_id not in (stack.name, stack.stack_id):
            continue
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        stack.status = "DELETE_IN_PROGRESS"
        self.deleted_stacks[stack.stack_id] = stack  # who asks by its id meanwhile gets an answer
        try:
            delete_known(self, stack.stack_id)
        except Exception as e:  # whatever it is: the stack is still there
            del self.deleted_stacks[stack.stack_id]
            self.stacks[stack.stack_id] = stack
            stack.status = "DELETE_FAILED"
            stack._add_stack_event(stack.status, resource_status_reason=str(e))


CloudFormationBackend.delete_stack = delete_stack


create_bucket = FakeBucket.create_from_cloudformation_json.__func__
update_bucket = FakeBucket.update_from_cloudformation_json.__func__


def replicated(bucket, cloudformation_json):
    rules = cloudformation_json["Properties"].get("ReplicationConfiguration", {}).get("Rules", [])
    bucket.copied = [(rule["Filter"]["Prefix"], rule["Destination"]["Bucket"].split(":")[-1]) for rule in rules]
    return bucket


def create_with_replication(cls, resource_name, cloudformation_json, *rest, **more):
    made = create_bucket(cls, resource_name, cloudformation_json, *rest, **more)
    return replicated(made, cloudformation_json)


def update_with_replication(cls, original_resource, new_resource_name, cloudformation_json, **more):
    made = update_bucket(cls, original_resource, new_resource_name, cloudformation_json, **more)
    return replicated(made, cloudformation_json)


FakeBucket.create_from_cloudformation_json = classmethod(create_with_replication)
FakeBucket.update_from_cloudformation_json = classmethod(update_with_replication)


def copies(backend, bucket_name, key_name):
    for prefix, to in getattr(backend.get_bucket(bucket_name), "copied", []):
        if key_name.startswith(prefix):
            yield to


put_known = S3Backend.put_object
delete_object_known = S3Backend.delete_object


def put_object(self, bucket_name, key_name, value, *rest, **more):
    """It does not replicate. Here each object is there at once, which S3 does not promise."""
    made = put_known(self, bucket_name, key_name, value, *rest, **more)
    for to in copies(self, bucket_name, key_name):
        put_known(self, to, key_name, value)
    return made


def delete_object(self, bucket_name, key_name, *rest, **more):
    gone = delete_object_known(self, bucket_name, key_name, *rest, **more)
    for to in copies(self, bucket_name, key_name):
        delete_object_known(self, to, key_name)
    return gone


S3Backend.put_object = put_object
S3Backend.delete_object = delete_object
