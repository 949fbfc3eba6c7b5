package dev.heimdall.cdk.iam;

import static dev.heimdall.cdk.iam.Grant.anywhere;
import static dev.heimdall.cdk.iam.Grant.on;
import static dev.heimdall.cdk.iam.Grant.secret;

import java.util.List;

/** Permissions of instances, including those that they need to boot. */
final class InstanceGrants {
  private InstanceGrants() {}

  static final List<Grant> NODE =
      List.of(
          release(),
          on(
                  "FindDocuments",
                  "lists the documents of its configuration, and topology documents",
                  List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
                  "s3:ListBucket")
              .below("${ConfigurationPrefix}/*", "topology/*"),
          on(
              "Documents",
              "reads its configuration, and topology documents; writes neither",
              List.of(
                  "arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}/*",
                  "arn:${Partition}:s3:::${ConfigurationBucket}/topology/*"),
              "s3:GetObject"),
          on(
              "DocumentsKey",
              "documents and secrets are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:Decrypt"),
          on(
                  "FindCopy",
                  "looks whether there is a copy of another region's documents",
                  List.of("arn:${Partition}:s3:::${CopyBucket}"),
                  "s3:ListBucket")
              .below("${CopyPrefix}/*"),
          on(
              "Copy",
              "reads its configuration there, if that is a copy",
              List.of("arn:${Partition}:s3:::${CopyBucket}/${CopyPrefix}/*"),
              "s3:GetObject"),
          on(
                  "CopyKey",
                  "copies are encrypted, with a key that has this alias",
                  List.of("arn:${Partition}:kms:${Region}:${Account}:key/*"),
                  "kms:Decrypt")
              .when("ForAnyValue:StringEquals", "kms:ResourceAliases", "${CopyKeyAlias}"),
          on(
              "ConfigurationSecret",
              "reads the configuration from the secret",
              List.of(secret("${ConfigurationSecret}")),
              "secretsmanager:GetSecretValue"),
          on(
              "Files",
              "mounts the file system that its configuration is on, to read",
              List.of(
                  "arn:${Partition}:elasticfilesystem:${Region}:${Account}:file-system/${FileSystem}"),
              "elasticfilesystem:ClientMount"),
          secretsKey(),
          on(
              "DatabaseCredentials",
              "logs in to databases, and reads the secrets that documents name",
              List.of(secret("${CredentialSecrets}")),
              "secretsmanager:GetSecretValue"),
          on(
                  "ManagedClusterCredentials",
                  "logs in to clusters with the passwords that RDS manages",
                  List.of(
                      "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:rds!cluster-*"),
                  "secretsmanager:GetSecretValue")
              .when(
                  "StringEquals",
                  "aws:ResourceTag/aws:rds:primaryDBClusterArn",
                  "arn:${Partition}:rds:${Region}:${Account}:cluster:${Clusters}"),
          on(
                  "ManagedInstanceCredentials",
                  "logs in to instances with the passwords that RDS manages",
                  List.of("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:rds!db-*"),
                  "secretsmanager:GetSecretValue")
              .when(
                  "StringEquals",
                  "aws:ResourceTag/aws:rds:primaryDBInstanceArn",
                  "arn:${Partition}:rds:${Region}:${Account}:db:${Instances}"),
          on(
              "DatabaseTokens",
              "logs in to databases by IAM, of global clusters in every region, as users that are"
                  + " allowed it there",
              List.of("arn:${Partition}:rds-db:*:${Account}:dbuser:${DatabaseUsers}"),
              "rds-db:connect"),
          anywhere(
              "Clusters",
              "asks what clusters look like; the API does not narrow it in a useful way",
              "rds:DescribeDBClusters",
              "rds:DescribeDBInstances",
              "rds:DescribeGlobalClusters"),
          anywhere(
              "Doors",
              "looks whether its ports are open; the API knows no resources",
              "ec2:DescribeSecurityGroups"),
          anywhere(
              "Group",
              "asks which group it is in; the API knows no resources",
              "autoscaling:DescribeAutoScalingInstances"),
          on(
              "Drain",
              "says that it has drained, needs more time, or hangs",
              List.of(
                  "arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:*:autoScalingGroupName/${StackName}-*"),
              "autoscaling:CompleteLifecycleAction",
              "autoscaling:RecordLifecycleActionHeartbeat",
              "autoscaling:SetInstanceHealth"),
          keepFailed(),
          anywhere("Metrics", "sends metrics; only its own", "cloudwatch:PutMetricData")
              .when("StringEquals", "cloudwatch:namespace", "Heimdall"),
          instanceLogs(),
          on(
              "Logs",
              "sends logs of virtual databases",
              List.of(
                  "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroups}",
                  "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroups}:log-stream:*"),
              "logs:CreateLogGroup",
              "logs:PutRetentionPolicy",
              "logs:CreateLogStream",
              "logs:PutLogEvents"));

  static final List<Grant> MANAGER =
      List.of(
          release(),
          on(
                  "FindDocuments",
                  "lists the documents",
                  List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
                  "s3:ListBucket")
              .below("${ConfigurationPrefix}/*", "${ConfigurationPrefix}-manager/*"),
          on(
              "Documents",
              "reads the documents that it edits, or fills an empty file system with, and its own;"
                  + " no topology",
              List.of(
                  "arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}/*",
                  "arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}-manager/*"),
              "s3:GetObject"),
          on(
              "Edits",
              "edits documents in the bucket, if they are there, and its own beside them",
              List.of(
                  "arn:${Partition}:s3:::${EditedBucket}/${ConfigurationPrefix}/*",
                  "arn:${Partition}:s3:::${EditedBucket}/${ConfigurationPrefix}-manager/*"),
              "s3:PutObject",
              "s3:DeleteObject"),
          on(
              "DocumentsKey",
              "documents and secrets are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:Decrypt",
              "kms:GenerateDataKey"),
          on(
              "ConfigurationSecret",
              "edits the configuration in the secret, if it is there, and its own beside it; makes"
                  + " none",
              List.of(secret("${ConfigurationSecret}"), secret("${ConfigurationSecret}-manager-*")),
              "secretsmanager:GetSecretValue",
              "secretsmanager:DescribeSecret",
              "secretsmanager:PutSecretValue",
              "secretsmanager:UpdateSecretVersionStage"),
          on(
              "Files",
              "mounts the file system that the configuration is on, to edit it",
              List.of(
                  "arn:${Partition}:elasticfilesystem:${Region}:${Account}:file-system/${FileSystem}"),
              "elasticfilesystem:ClientMount",
              "elasticfilesystem:ClientWrite"),
          on(
              "Password",
              "knows by what its user logs in and nodes sign, and shows a provider of log-ins who"
                  + " it is",
              List.of(secret("${ManagerSecret}")),
              "secretsmanager:GetSecretValue"),
          secretsKey(),
          on(
                  "EditedSecretKey",
                  "and so may the secret that it edits: written by Secrets Manager, and no other",
                  List.of("${SecretKeys}"),
                  "kms:GenerateDataKey")
              .bySecretsManager(
                  "${ConfigurationSecret}-??????", "${ConfigurationSecret}-manager-*-??????"),
          on(
              "Alerts",
              "tells topics what happened, if it is to",
              List.of("arn:${Partition}:sns:*:${Account}:${AlertTopics}"),
              "sns:Publish"),
          instanceLogs(),
          keepFailed(),
          on(
              "Group",
              "asks for that which group it is in; the API knows no resources",
              List.of("${KeptIn}"),
              "autoscaling:DescribeAutoScalingInstances"),
          anywhere(
              "Surroundings",
              "lists databases and caches for the wizard; the APIs do not narrow it in a useful"
                  + " way",
              "rds:DescribeDBClusters",
              "rds:DescribeDBInstances",
              "rds:DescribeGlobalClusters",
              "elasticache:DescribeReplicationGroups",
              "elasticache:DescribeServerlessCaches",
              "ec2:DescribeRegions"));

  private static Grant release() {
    return on(
        "Release",
        "user-data fetches the release",
        List.of("arn:${Partition}:s3:::${ReleaseBucket}/${ReleaseKey}"),
        "s3:GetObject");
  }

  private static Grant secretsKey() {
    return on(
        "SecretsKey",
        "secrets of others may be encrypted with keys of others",
        List.of("${SecretKeys}"),
        "kms:Decrypt");
  }

  private static Grant keepFailed() {
    return on(
        "KeepFailed",
        "puts its instance into standby when the boot has failed, if it is to",
        List.of(
            "arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:*:autoScalingGroupName/${StackName}-${KeptIn}"),
        "autoscaling:EnterStandby");
  }

  private static Grant instanceLogs() {
    return on(
        "InstanceLogs",
        "amazon-cloudwatch-agent sends the log of the boot and the units' journal",
        List.of(
            "arn:${Partition}:logs:${Region}:${Account}:log-group:${InstanceLogs}:log-stream:*"),
        "logs:CreateLogStream",
        "logs:PutLogEvents");
  }
}
