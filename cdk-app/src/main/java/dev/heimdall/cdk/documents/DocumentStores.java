package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.constructs.HeimdallDocuments;
import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.instance.FileSystemMount;
import dev.heimdall.cdk.manager.OldVersions;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.values.Slot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.SecretValue;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.efs.CfnAccessPoint;
import software.amazon.awscdk.services.efs.CfnFileSystem;
import software.amazon.awscdk.services.efs.CfnMountTarget;
import software.amazon.awscdk.services.iam.CfnPolicy;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.secretsmanager.ReplicaRegion;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretStringGenerator;
import software.constructs.Construct;

/**
 * A versioned bucket for documents, a key for everything that is kept, the secret that pushes to
 * nodes are signed with, another with the key by which nodes know each other, the secret of {@code
 * hdSecretKey}, and a file system.
 */
public final class DocumentStores extends Construct {
  /** Suffix, after the fleet's name, of the name of the secret that pushes are signed with. */
  public static final String PUSH_KEY = "/push-key";

  /** Suffix of the name of the secret by which nodes identify each other. */
  public static final String FLEET_KEY = "/fleet-key";

  /** The port of a file system. */
  public static final int NFS = 2049;

  /**
   * The secret of pushes is one for all regions of a fleet, whose nodes have one configuration.
   *
   * @param madeHere whether it is made with these stores
   * @param replicas the regions that it is copied to, under the same name
   */
  public record PushKeys(boolean madeHere, List<String> replicas) {
    /** Of a fleet in one region. */
    public static final PushKeys ALONE = new PushKeys(true, List.of());

    public PushKeys {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * Handling of the documents in other regions.
   *
   * @param to the regions that have copies of those that are edited here
   * @param copied whether those here are edited in another region
   */
  public record Copies(List<String> to, boolean copied) {
    /** Each region has documents of its own. */
    public static final Copies NONE = new Copies(List.of(), false);

    public Copies {
      to = List.copyOf(to);
    }
  }

  private final String fleet;
  private final Copies copies;
  private final Documents documents;
  private final IKey key;
  private final Bucket bucket;
  private final String pushKeyName;
  private final String fleetKeyName;
  private final String configurationSecret;
  private Optional<Secret> madeConfiguration = Optional.empty();
  private Optional<CfnPolicy> replicates = Optional.empty();
  private Optional<Files> files = Optional.empty();

  /**
   * A file system that nodes can mount.
   *
   * @param mount how
   * @param group the security group that stands before it
   */
  public record Files(FileSystemMount mount, CfnSecurityGroup group) {}

  /**
   * Makes them.
   *
   * @param place where the file system can be mounted, if there is one
   * @param keys whether the secret of pushes is made here
   * @param copies of the documents in other regions
   * @param ownKey the ARN of a key that is there, in place of one that is made
   */
  public DocumentStores(
      Construct scope,
      String id,
      String fleet,
      Documents documents,
      Optional<Place> place,
      PushKeys keys,
      Copies copies,
      Optional<String> ownKey) {
    super(scope, id);
    this.fleet = fleet;
    this.copies = copies;
    this.documents = documents;
    key = DocumentsKey.of(this, ownKey, "Heimdall: configuration and secrets", Optional.empty());
    bucket =
        Bucket.Builder.create(this, "Bucket")
            .versioned(true)
            .encryption(BucketEncryption.KMS)
            .encryptionKey(key)
            .bucketKeyEnabled(true)
            .enforceSsl(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .lifecycleRules(OldVersions.rules(documents.prefix()))
            .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            .build();
    if (documents.place() == DocumentPlace.BUCKET && !copies.to().isEmpty()) {
      replicates =
          Optional.of(Replication.of(this, fleet, bucket, key, documents.prefix(), copies.to()));
    }
    Reasons.accept(
        bucket,
        "AwsSolutions-S1",
        "Versions tell what changed when; who changed it is told by CloudTrail's data events.");
    pushKeyName = pushKeyName(fleet);
    fleetKeyName = fleetKeyName(fleet);
    if (keys.madeHere()) {
      made(
          "PushKey",
          pushKeyName,
          "Heimdall: what pushes to the nodes' /topology endpoint are signed with",
          keys.replicas());
      made(
          "FleetKey",
          fleetKeyName,
          "Heimdall: what nodes prove to each other with that a KILL was passed on by one of them",
          keys.replicas());
    }
    configurationSecret =
        documents.place() == DocumentPlace.SECRET
            ? documents.secret().orElseGet(() -> configurationSecret(fleet))
            : "";
    if (documents.hasFileSystem()) {
      fileSystem(fleet, place.orElseThrow());
    }
    output("Bucket", "Put the nodes' configuration here", bucket.getBucketName());
    output("Key", "The key that these are encrypted with", key.getKeyArn());
    output("PushKeySecret", "The text for topology.key of node.json", pushKeyName);
    if (keys.madeHere()) {
      output("FleetKeySecret", "The text for fleetKey of node.json", fleetKeyName);
    }
    output(
        "NodeSettings",
        "What belongs into node.json of these; nodes read the secrets themselves",
        Fn.join(
            "",
            List.of(
                "\"fleetKey\": {\"secret\": \"",
                fleetKeyName,
                "\"}, \"topology\": {\"key\": {\"secret\": \"",
                pushKeyName,
                "\"}, \"store\": \"s3://",
                bucket.getBucketName(),
                "/topology\"}")));
  }

  /** Name of the secret that pushes to a fleet are signed with. */
  public static String pushKeyName(String fleet) {
    return Fn.join("", List.of(fleet, PUSH_KEY));
  }

  /** Name of the secret that holds the key by which a fleet's nodes identify each other. */
  public static String fleetKeyName(String fleet) {
    return Fn.join("", List.of(fleet, FLEET_KEY));
  }

  public Bucket bucket() {
    return bucket;
  }

  public IKey key() {
    return key;
  }

  /** The name of the secret that pushes are signed with. */
  public String pushKeyName() {
    return pushKeyName;
  }

  /** The name of the secret with the key by which nodes know each other. */
  public String fleetKeyName() {
    return fleetKeyName;
  }

  /** The name of the secret with the whole configuration; empty when that is in the bucket. */
  public String configurationSecret() {
    return configurationSecret;
  }

  /** That secret, where it is made with these stores. */
  Optional<Secret> madeConfiguration() {
    return madeConfiguration;
  }

  /** By what S3 replicates documents, if it does; each edit ends with a commit then. */
  Optional<CfnPolicy> replicates() {
    return replicates;
  }

  /** Settings of the documents. */
  Documents settings() {
    return documents;
  }

  /** Location where nodes read their configuration, and the manager edits it. */
  public HeimdallDocuments configuration() {
    return switch (documents.place()) {
      case BUCKET -> {
        HeimdallDocuments own = HeimdallDocuments.inBucket(bucket, documents.prefix());
        yield copies.copied()
            ? own.copiedTo(
                CopyBucket.name(fleet, Stack.of(this).getRegion()), CopyBucket.keyAlias(fleet))
            : replicates.isEmpty() ? own : own.withCommits();
      }
      case SECRET ->
          HeimdallDocuments.inSecret(configurationSecret).beside(bucket, documents.prefix());
      case FILE_SYSTEM ->
          HeimdallDocuments.onFileSystem(
                  files.orElseThrow().mount().id(), files.orElseThrow().mount().accessPoint())
              .beside(bucket, documents.prefix());
    };
  }

  /** True if nodes mount the file system: it may be there for something else. */
  public boolean mounted() {
    return documents.place() == DocumentPlace.FILE_SYSTEM;
  }

  /** The file system, if there is one. */
  public Optional<Files> files() {
    return files;
  }

  /** A random key that is not missed with what it was for. */
  private void made(String id, String name, String description, List<String> replicas) {
    Secret secret =
        Secret.Builder.create(this, id)
            .secretName(name)
            .description(description)
            .encryptionKey(key)
            .generateSecretString(
                SecretStringGenerator.builder().excludePunctuation(true).passwordLength(48).build())
            // There by the region's own key of Secrets Manager: another region has no part in this
            // one.
            .replicaRegions(replicas(replicas))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    Reasons.accept(
        secret,
        "AwsSolutions-SMG4",
        "Nodes take the key with their configuration: a new one is put there first, by people.");
  }

  private static List<ReplicaRegion> replicas(List<String> regions) {
    return regions.isEmpty()
        ? null
        : regions.stream().map(region -> ReplicaRegion.builder().region(region).build()).toList();
  }

  private String configurationSecret(String fleet) {
    String name = Fn.join("", List.of(fleet, "/configuration"));
    if (copies.copied()) {
      return name; // Secrets Manager makes the replica
    }
    Secret secret =
        Secret.Builder.create(this, "Configuration")
            .secretName(name)
            .description("Heimdall: the whole configuration (hdSecretKey)")
            .encryptionKey(key)
            .replicaRegions(replicas(copies.to()))
            // An empty configuration, over which the first push may write. No secret stands here.
            .secretStringValue(SecretValue.unsafePlainText("{}"))
            .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            .build();
    madeConfiguration = Optional.of(secret);
    Reasons.accept(
        secret,
        "AwsSolutions-SMG4",
        "It holds a configuration, which people change, not a rotation.");
    return name;
  }

  /** Reachable by those who are given the security group that is put out. */
  private void fileSystem(String fleet, Place place) {
    CfnSecurityGroup clients =
        CfnSecurityGroup.Builder.create(this, "FileClients")
            .groupDescription("Heimdall: who may mount the file system")
            .vpcId(place.vpc())
            .build();
    CfnSecurityGroup group =
        CfnSecurityGroup.Builder.create(this, "FileSecurityGroup")
            .groupDescription("Heimdall file system: its clients only")
            .vpcId(place.vpc())
            .securityGroupIngress(
                List.of(
                    CfnSecurityGroup.IngressProperty.builder()
                        .description("NFS")
                        .ipProtocol("tcp")
                        .fromPort(NFS)
                        .toPort(NFS)
                        .sourceSecurityGroupId(clients.getAttrGroupId())
                        .build()))
            .build();
    CfnFileSystem files =
        CfnFileSystem.Builder.create(this, "Files")
            .encrypted(true)
            .kmsKeyId(key.getKeyArn())
            .backupPolicy(CfnFileSystem.BackupPolicyProperty.builder().status("ENABLED").build())
            .throughputMode("elastic")
            .fileSystemPolicy(Component.document(policy()))
            .fileSystemTags(
                List.of(
                    CfnFileSystem.ElasticFileSystemTagProperty.builder()
                        .key("Name")
                        .value(fleet)
                        .build()))
            .build();
    files.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    for (int i = 0; i < place.subnets().size(); i++) {
      // There is one in each zone: what moves must not meet what was there.
      CfnMountTarget.Builder.create(this, "Mount" + Slot.id(place.subnets().get(i), i + 1))
          .fileSystemId(files.getRef())
          .subnetId(place.subnets().get(i))
          .securityGroups(List.of(group.getAttrGroupId()))
          .build();
    }
    CfnAccessPoint access =
        CfnAccessPoint.Builder.create(this, "Access")
            .fileSystemId(files.getRef())
            .posixUser(CfnAccessPoint.PosixUserProperty.builder().uid("990").gid("990").build())
            .rootDirectory(
                CfnAccessPoint.RootDirectoryProperty.builder()
                    .path("/heimdall")
                    .creationInfo(
                        CfnAccessPoint.CreationInfoProperty.builder()
                            .ownerUid("990")
                            .ownerGid("990")
                            .permissions("0750")
                            .build())
                    .build())
            .build();
    Files mounted = new Files(new FileSystemMount(files.getRef(), access.getRef()), group);
    this.files = Optional.of(mounted);
    output(
        "Mount",
        "The line of /etc/fstab; without _netdev a boot may hang",
        mounted.mount().line("/opt/heimdall/config", ""));
    output("FileClients", "The security group of who mounts it", clients.getAttrGroupId());
  }

  /**
   * Only TLS, and only who has a permission of IAM, by a mount target: without a policy the network
   * would be enough, and clients that mount without IAM are root.
   */
  private static List<Map<String, Object>> policy() {
    Map<String, Object> mounts = new LinkedHashMap<>();
    mounts.put("Sid", "ByIam");
    mounts.put("Effect", "Allow");
    mounts.put(
        "Principal", Map.of("AWS", Fn.sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")));
    mounts.put("Action", List.of("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"));
    mounts.put(
        "Condition", Map.of("Bool", Map.of("elasticfilesystem:AccessedViaMountTarget", "true")));
    Map<String, Object> tls = new LinkedHashMap<>();
    tls.put("Sid", "NothingWithoutTls");
    tls.put("Effect", "Deny");
    tls.put("Principal", Map.of("AWS", "*"));
    tls.put("Action", "*");
    tls.put("Condition", Map.of("Bool", Map.of("aws:SecureTransport", "false")));
    return List.of(mounts, tls);
  }

  private void output(String id, String description, String value) {
    CfnOutput.Builder.create(this, id + "Output").description(description).value(value).build();
  }
}
