package dev.heimdall.cdk.iam;

import static dev.heimdall.cdk.iam.Grant.anywhere;
import static dev.heimdall.cdk.iam.Grant.on;
import static dev.heimdall.cdk.iam.Grant.secret;

import java.util.List;

/** Permissions of people or their pipelines. */
final class PeopleGrants {
  private PeopleGrants() {}

  static final List<Grant> EDITOR =
      List.of(
          on(
                  "FindDocuments",
                  "lists the documents",
                  List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
                  "s3:ListBucket")
              .below("${ConfigurationPrefix}/*"),
          on(
              "Documents",
              "pulls and pushes documents; no topology",
              List.of("arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}/*"),
              "s3:GetObject",
              "s3:PutObject",
              "s3:DeleteObject"),
          on(
              "Secret",
              "pulls and pushes the secret, and makes it the first time",
              List.of(secret("${ConfigurationSecret}")),
              "secretsmanager:GetSecretValue",
              "secretsmanager:DescribeSecret",
              "secretsmanager:CreateSecret",
              "secretsmanager:PutSecretValue",
              "secretsmanager:UpdateSecretVersionStage"),
          on(
              "Key",
              "both are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:Decrypt",
              "kms:GenerateDataKey"));

  static final List<Grant> OPERATOR =
      List.of(
          anywhere(
              "Surroundings",
              "lists clusters, caches and regions; the APIs do not narrow it in a useful way",
              "rds:DescribeDBClusters",
              "rds:DescribeDBInstances",
              "rds:DescribeGlobalClusters",
              "elasticache:DescribeReplicationGroups",
              "elasticache:DescribeServerlessCaches",
              "ec2:DescribeRegions"),
          anywhere(
              "NewDeployment",
              "reads what a new deployment is made of, and no secret's value; the APIs do not narrow"
                  + " it in a useful way",
              "ec2:DescribeVpcs",
              "ec2:DescribeSubnets",
              "ec2:DescribeRouteTables",
              "ec2:DescribeVpcPeeringConnections",
              "ec2:DescribeSecurityGroups",
              "secretsmanager:DescribeSecret"),
          on(
              "FirstSecrets",
              "makes the secret of a database that a new deployment names, with copies in its"
                  + " regions, where a person says so",
              List.of(
                  "arn:${Partition}:secretsmanager:*:${Account}:secret:${FleetName}/databases/*"),
              "secretsmanager:CreateSecret",
              "secretsmanager:ReplicateSecretToRegions"),
          on(
              "LatencyRecords",
              "keeps the latency records of the fleet's name",
              List.of("arn:${Partition}:route53:::hostedzone/${HostedZone}"),
              "route53:ListResourceRecordSets",
              "route53:ChangeResourceRecordSets"));
}
