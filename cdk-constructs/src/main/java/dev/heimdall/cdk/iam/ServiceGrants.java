package dev.heimdall.cdk.iam;

import static dev.heimdall.cdk.iam.Grant.on;

import java.util.List;

/** Permissions of AWS services that work for a deployment. */
final class ServiceGrants {
  private ServiceGrants() {}

  static final List<Grant> REPLICATION =
      List.of(
          on(
              "Bucket",
              "looks what is to be replicated",
              List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
              "s3:GetReplicationConfiguration",
              "s3:ListBucket"),
          on(
              "Documents",
              "reads versions of documents, and nothing else that is in the bucket",
              List.of("arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}/*"),
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionAcl",
              "s3:GetObjectVersionTagging"),
          on(
              "Copies",
              "writes them to the copies",
              List.of("arn:${Partition}:s3:::${CopyBuckets}/${ConfigurationPrefix}/*"),
              "s3:ReplicateObject",
              "s3:ReplicateDelete",
              "s3:ReplicateTags"),
          on(
              "DocumentsKey",
              "documents are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:Decrypt"),
          on(
                  "CopyKeys",
                  "and so are copies, with keys that have this alias",
                  List.of("arn:${Partition}:kms:${CopyRegions}:${Account}:key/*"),
                  "kms:Encrypt",
                  "kms:GenerateDataKey")
              .when("ForAnyValue:StringEquals", "kms:ResourceAliases", "${CopyKeyAlias}"));

  static final List<Grant> FORWARDER =
      List.of(
          on(
              "Forward",
              "puts events of RDS on the buses of the fleet's other regions",
              List.of("arn:${Partition}:events:${OtherRegions}:${Account}:event-bus/default"),
              "events:PutEvents"));
}
