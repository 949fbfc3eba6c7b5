package dev.heimdall.cdk.iam;

import static dev.heimdall.cdk.iam.Grant.anywhere;
import static dev.heimdall.cdk.iam.Grant.on;
import static dev.heimdall.cdk.iam.Grant.secret;

import java.util.List;

/** Permissions of functions. */
final class FunctionGrants {
  private FunctionGrants() {}

  static final List<Grant> CONFIG_SYNC =
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
              List.of(secret("${PushKeySecret}")),
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
              "ec2:DescribeSubnets"));

  static final List<Grant> FIRST_DOCUMENTS =
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
              List.of(secret("${ConfigurationSecret}")),
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
              List.of(secret("${MadeSecret}")),
              "secretsmanager:DescribeSecret"),
          on(
              "OwnSecret",
              "and whether the stack has made it",
              List.of(
                  "arn:${Partition}:cloudformation:${Region}:${Account}:stack/${MadeByStack}/*"),
              "cloudformation:DescribeStackResource"),
          functionLog());

  static final List<Grant> PEERING =
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
          functionLog());

  static final List<Grant> ZONE_ASSOCIATION =
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
          functionLog());

  private static Grant functionLog() {
    return on(
        "Log",
        "Lambda writes the function's log",
        List.of("arn:${Partition}:logs:${Region}:${Account}:log-group:${FunctionLog}:log-stream:*"),
        "logs:CreateLogStream",
        "logs:PutLogEvents");
  }
}
