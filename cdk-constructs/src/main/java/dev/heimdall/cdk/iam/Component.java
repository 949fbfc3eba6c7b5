package dev.heimdall.cdk.iam;

import static dev.heimdall.cdk.iam.Grant.anywhere;
import static dev.heimdall.cdk.iam.Grant.on;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What calls AWS, with all it may do. This is the one place where permissions are written. */
public enum Component {
  /** A proxy node, with what its instance does when it boots. */
  NODE(
      "node",
      "ec2.amazonaws.com",
      List.of(
          on(
              "Release",
              "user-data fetches the release",
              List.of("arn:${Partition}:s3:::${ReleaseBucket}/${ReleaseKey}"),
              "s3:GetObject"),
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
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ConfigurationSecret}-??????"),
              "secretsmanager:GetSecretValue"),
          on(
              "Files",
              "mounts the file system that its configuration is on, to read",
              List.of(
                  "arn:${Partition}:elasticfilesystem:${Region}:${Account}:file-system/${FileSystem}"),
              "elasticfilesystem:ClientMount"),
          on(
              "SecretsKey",
              "secrets of others may be encrypted with keys of others",
              List.of("${SecretKeys}"),
              "kms:Decrypt"),
          on(
              "DatabaseCredentials",
              "logs in to databases, and reads the secrets that documents name",
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${CredentialSecrets}-??????"),
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
              "logs:PutLogEvents"))),

  /** The manager, with what its instance does when it boots. */
  MANAGER(
      "manager",
      "ec2.amazonaws.com",
      List.of(
          on(
              "Release",
              "user-data fetches the release",
              List.of("arn:${Partition}:s3:::${ReleaseBucket}/${ReleaseKey}"),
              "s3:GetObject"),
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
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ConfigurationSecret}-??????",
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ConfigurationSecret}-manager-*-??????"),
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
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ManagerSecret}-??????"),
              "secretsmanager:GetSecretValue"),
          on(
              "SecretsKey",
              "secrets of others may be encrypted with keys of others",
              List.of("${SecretKeys}"),
              "kms:Decrypt"),
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
              "ec2:DescribeRegions"))),

  /** Who edits the nodes' configuration with {@code heimdall config}: people, or their pipeline. */
  EDITOR(
      "editor",
      "",
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
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ConfigurationSecret}-??????"),
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
              "kms:GenerateDataKey"))),

  /**
   * Who looks around with {@code heimdall surroundings}, begins with {@code deployment new}, and
   * keeps names with {@code routing}.
   */
  OPERATOR(
      "operator",
      "",
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
              "route53:ChangeResourceRecordSets"))),

  /** The function that follows RDS. */
  CONFIG_SYNC(
      "config-sync",
      "lambda.amazonaws.com",
      List.of(
          anywhere(
              "Clusters",
              "asks what clusters look like, in every region",
              "rds:DescribeDBClusters",
              "rds:DescribeDBInstances",
              "rds:DescribeGlobalClusters"),
          anywhere("Nodes", "finds nodes by their tag", "ec2:DescribeInstances"),
          on(
                  "FindTopology",
                  "lists topology documents",
                  List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
                  "s3:ListBucket")
              .below("topology/*"),
          on(
              "Topology",
              "writes topology documents, and nothing else",
              List.of("arn:${Partition}:s3:::${ConfigurationBucket}/topology/*"),
              "s3:GetObject",
              "s3:PutObject"),
          on(
              "TopologyKey",
              "documents and the secret are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:Decrypt",
              "kms:GenerateDataKey"),
          on(
                  "FindElsewhere",
                  "lists topology documents of other regions, where its own is kept as well",
                  List.of("arn:${Partition}:s3:::${OtherBuckets}"),
                  "s3:ListBucket")
              .below("topology/*")
              .ofOwnAccount(),
          on(
                  "ReadElsewhere",
                  "compares them with what is new",
                  List.of("arn:${Partition}:s3:::${OtherBuckets}/topology/*"),
                  "s3:GetObject")
              .ofOwnAccount(),
          on(
                  "WriteElsewhere",
                  "writes that of its own region there",
                  List.of("arn:${Partition}:s3:::${OtherBuckets}/topology/${Region}.json"),
                  "s3:PutObject")
              .ofOwnAccount(),
          on(
                  "ElsewhereKeys",
                  "they are encrypted: by S3, and of these buckets only",
                  List.of("arn:${Partition}:kms:${OtherRegions}:${Account}:key/*"),
                  "kms:Decrypt",
                  "kms:GenerateDataKey")
              .when("StringLike", "kms:ViaService", "s3.${OtherRegions}.amazonaws.com*")
              .when(
                  "StringLike",
                  "kms:EncryptionContext:aws:s3:arn",
                  "arn:${Partition}:s3:::${OtherBuckets}",
                  "arn:${Partition}:s3:::${OtherBuckets}/topology/*"),
          on(
              "PushKey",
              "signs pushes to the nodes",
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${PushKeySecret}-??????"),
              "secretsmanager:GetSecretValue"),
          on(
              "DeadLetters",
              "Lambda leaves there what failed",
              List.of("${DeadLetterQueue}"),
              "sqs:SendMessage"),
          functionLog(),
          on(
                  "Interfaces",
                  "Lambda puts the function into the nodes' network",
                  List.of(
                      "arn:${Partition}:ec2:${Region}:${Account}:network-interface/*",
                      "arn:${Partition}:ec2:${Region}:${Account}:subnet/*",
                      "arn:${Partition}:ec2:${Region}:${Account}:security-group/${FunctionSecurityGroup}"),
                  "ec2:CreateNetworkInterface")
              .when(
                  "ArnEqualsIfExists",
                  "ec2:Vpc",
                  "arn:${Partition}:ec2:${Region}:${Account}:vpc/${Vpc}"),
          // Lambda looks whether it may before there is an interface: of what, it does not say.
          on(
              "NoInterfaces",
              "Lambda takes the function out of the network again",
              List.of("arn:${Partition}:ec2:${Region}:${Account}:*/*"),
              "ec2:DeleteNetworkInterface"),
          anywhere(
              "Network",
              "Lambda looks at the nodes' network; these know no resources",
              "ec2:DescribeNetworkInterfaces",
              "ec2:DescribeSubnets"))),

  /** The function that writes the first documents of a configuration, where there are none. */
  FIRST_DOCUMENTS(
      "first-documents",
      "lambda.amazonaws.com",
      List.of(
          on(
                  "FindDocuments",
                  "looks whether there are documents",
                  List.of("arn:${Partition}:s3:::${ConfigurationBucket}"),
                  "s3:ListBucket")
              .below("${ConfigurationPrefix}/*"),
          on(
              "Documents",
              "writes the first ones; it reads none",
              List.of("arn:${Partition}:s3:::${ConfigurationBucket}/${ConfigurationPrefix}/*"),
              "s3:PutObject"),
          on(
              "DocumentsKey",
              "documents are encrypted",
              List.of("${ConfigurationKey}"),
              "kms:GenerateDataKey"),
          on(
              "Secret",
              "writes the first ones into the secret, if it is there that they belong, and if that"
                  + " is empty",
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${ConfigurationSecret}-??????"),
              "secretsmanager:GetSecretValue",
              "secretsmanager:PutSecretValue",
              "secretsmanager:UpdateSecretVersionStage"),
          on(
                  "SecretKey",
                  "the secret is encrypted",
                  List.of("${SecretKeys}"),
                  "kms:Decrypt",
                  "kms:GenerateDataKey")
              .bySecretsManager("${ConfigurationSecret}-??????"),
          on(
              "KeptSecret",
              "looks whether a secret was kept that the stack is about to make",
              List.of(
                  "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${MadeSecret}-??????"),
              "secretsmanager:DescribeSecret"),
          on(
              "OwnSecret",
              "and whether the stack has made it",
              List.of(
                  "arn:${Partition}:cloudformation:${Region}:${Account}:stack/${MadeByStack}/*"),
              "cloudformation:DescribeStackResource"),
          functionLog())),

  /** S3, which replicates documents to the other regions' copies. */
  REPLICATION(
      "replication",
      "s3.amazonaws.com",
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
              .when("ForAnyValue:StringEquals", "kms:ResourceAliases", "${CopyKeyAlias}"))),

  /** The function that connects the networks of two regions. */
  PEERING(
      "peering",
      "lambda.amazonaws.com",
      List.of(
          on(
              "Stacks",
              "reads which networks the regions' stacks have made",
              List.of(
                  "arn:${Partition}:cloudformation:${JoinedRegions}:${Account}:stack/${JoinedStacks}/*"),
              "cloudformation:DescribeStacks"),
          anywhere(
              "Look",
              "looks at networks, connections and routes; the APIs do not narrow it in a useful way",
              "ec2:DescribeVpcs",
              "ec2:DescribeVpcAttribute",
              "ec2:DescribeVpcPeeringConnections",
              "ec2:DescribeRouteTables"),
          on(
                  "Connect",
                  "makes connections that have the fleet's tag",
                  List.of(
                      "arn:${Partition}:ec2:${JoinedRegions}:${Account}:vpc-peering-connection/*"),
                  "ec2:CreateVpcPeeringConnection",
                  "ec2:CreateTags")
              .when("StringEquals", "aws:RequestTag/heimdall:fleet", "${FleetName}"),
          on(
                  "MadeNetworks",
                  "of networks that the fleet's stacks have made",
                  List.of("arn:${Partition}:ec2:${JoinedRegions}:${Account}:vpc/*"),
                  "ec2:CreateVpcPeeringConnection",
                  "ec2:AcceptVpcPeeringConnection")
              .when("StringEquals", "aws:ResourceTag/heimdall:fleet", "${FleetName}"),
          on(
              "GivenNetworks",
              "and of those that the deployment names",
              List.of("arn:${Partition}:ec2:${JoinedRegions}:${Account}:vpc/${GivenVpcs}"),
              "ec2:CreateVpcPeeringConnection",
              "ec2:AcceptVpcPeeringConnection"),
          on(
                  "Connection",
                  "accepts, sets up and deletes what has the fleet's tag",
                  List.of(
                      "arn:${Partition}:ec2:${JoinedRegions}:${Account}:vpc-peering-connection/*"),
                  "ec2:AcceptVpcPeeringConnection",
                  "ec2:ModifyVpcPeeringConnectionOptions",
                  "ec2:DeleteVpcPeeringConnection")
              .when("StringEquals", "aws:ResourceTag/heimdall:fleet", "${FleetName}"),
          on(
                  "MadeRoutes",
                  "keeps routes to the other region in networks that the fleet's stacks have made",
                  List.of("arn:${Partition}:ec2:${JoinedRegions}:${Account}:route-table/*"),
                  "ec2:CreateRoute",
                  "ec2:ReplaceRoute",
                  "ec2:DeleteRoute")
              .when("StringEquals", "aws:ResourceTag/heimdall:fleet", "${FleetName}"),
          on(
                  "GivenRoutes",
                  "and in those that the deployment names",
                  List.of("arn:${Partition}:ec2:${JoinedRegions}:${Account}:route-table/*"),
                  "ec2:CreateRoute",
                  "ec2:ReplaceRoute",
                  "ec2:DeleteRoute")
              .when(
                  "ArnEquals",
                  "ec2:Vpc",
                  "arn:${Partition}:ec2:${JoinedRegions}:${Account}:vpc/${GivenVpcs}"),
          functionLog())),

  /** The function that lets a region's network see the private zone of the fleets' name. */
  ZONE_ASSOCIATION(
      "zone-association",
      "lambda.amazonaws.com",
      List.of(
          on(
              "Stack",
              "reads which zone the first region's stack has made, if the file names none",
              List.of(
                  "arn:${Partition}:cloudformation:${ZoneRegion}:${Account}:stack/${ZoneStack}/*"),
              "cloudformation:DescribeStacks"),
          on(
              "Look",
              "looks whether the zone is private, and which networks see it",
              List.of("arn:${Partition}:route53:::hostedzone/${HostedZone}"),
              "route53:GetHostedZone"),
          on(
                  "Associate",
                  "lets the region's network see the zone, and no other one",
                  List.of("arn:${Partition}:route53:::hostedzone/${HostedZone}"),
                  "route53:AssociateVPCWithHostedZone",
                  "route53:DisassociateVPCFromHostedZone")
              .when("ForAnyValue:StringEquals", "route53:VPCs", "VPCId=${Vpc},VPCRegion=${Region}"),
          on(
              "Change",
              "waits until all name servers know it",
              List.of("arn:${Partition}:route53:::change/*"),
              "route53:GetChange"),
          anywhere(
              "Network",
              "Route 53 looks at the network with the caller's permission; the API knows no"
                  + " resources",
              "ec2:DescribeVpcs"),
          functionLog())),

  /** The rules that pass events of RDS on to the functions of other regions. */
  FORWARDER(
      "forwarder",
      "events.amazonaws.com",
      List.of(
          on(
              "Forward",
              "puts events of RDS on the buses of the fleet's other regions",
              List.of("arn:${Partition}:events:${OtherRegions}:${Account}:event-bus/default"),
              "events:PutEvents")));

  private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z]+)}");

  private final String label;
  private final String principal;
  private final List<Grant> grants;

  Component(String label, String principal, List<Grant> grants) {
    this.label = label;
    this.principal = principal;
    this.grants = grants;
  }

  private static Grant keepFailed() {
    return on(
        "KeepFailed",
        "puts its instance into standby when the boot has failed, if it is to",
        List.of(
            "arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:*:autoScalingGroupName/${StackName}-${KeptIn}"),
        "autoscaling:EnterStandby");
  }

  private static Grant functionLog() {
    return on(
        "Log",
        "Lambda writes the function's log",
        List.of("arn:${Partition}:logs:${Region}:${Account}:log-group:${FunctionLog}:log-stream:*"),
        "logs:CreateLogStream",
        "logs:PutLogEvents");
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

  /** As its policy file is called. */
  public String label() {
    return label;
  }

  /** The service that takes its role; empty where people attach the policy. */
  public String principal() {
    return principal;
  }

  /** All it may do. */
  public List<Grant> grants() {
    return grants;
  }

  /** What has to be filled in in its resources and conditions. */
  public Set<String> placeholders() {
    Set<String> names = new TreeSet<>();
    grants.stream()
        .flatMap(
            grant ->
                Stream.concat(
                    grant.resources().stream(),
                    grant.conditions().stream().flatMap(one -> one.values().stream())))
        .forEach(text -> names.addAll(names(text)));
    return names;
  }

  /** The names in a resource. */
  static TreeSet<String> names(String text) {
    TreeSet<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** The policy document. */
  public Map<String, Object> policy() {
    return document(grants.stream().map(Grant::statement).toList());
  }

  /** A policy document of these statements. */
  public static Map<String, Object> document(List<?> statements) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Version", "2012-10-17");
    document.put("Statement", statements);
    return document;
  }
}
