package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.instance.FileSystemMount;
import dev.heimdall.cdk.manager.ManagerPlan;
import dev.heimdall.cdk.manager.OldVersions;
import dev.heimdall.cdk.nag.Reasons;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.efs.IAccessPoint;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.deployment.BucketDeployment;
import software.amazon.awscdk.services.s3.deployment.Source;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * Location of the configuration, {@code node.json} and the documents beside it, which nodes follow
 * and the manager edits.
 */
public final class HeimdallDocuments {
  private static final String PREFIX = "config";

  private final Optional<IBucket> bucket;
  private final String prefix;
  private final boolean inBucket;
  private final String secret;
  private final Optional<FileSystemMount> files;
  private final Optional<IKey> key;
  private final Optional<FleetPlan.Copy> copy;
  private final boolean commits;
  private final Optional<IDependable> first;

  private HeimdallDocuments(
      Optional<IBucket> bucket,
      String prefix,
      boolean inBucket,
      String secret,
      Optional<FileSystemMount> files,
      Optional<IKey> key) {
    this(bucket, prefix, inBucket, secret, files, key, Optional.empty(), false, Optional.empty());
  }

  private HeimdallDocuments(
      Optional<IBucket> bucket,
      String prefix,
      boolean inBucket,
      String secret,
      Optional<FileSystemMount> files,
      Optional<IKey> key,
      Optional<FleetPlan.Copy> copy,
      boolean commits,
      Optional<IDependable> first) {
    this.copy = copy;
    this.commits = commits;
    this.first = first;
    this.bucket = bucket;
    this.prefix = prefix;
    this.inBucket = inBucket;
    this.secret = secret;
    this.files = files;
    this.key = key;
  }

  /**
   * In a bucket, with topology documents below {@code topology/} of it. Its key is that of its
   * encryption.
   *
   * @param prefix what stands before the documents' names, without a slash, such as {@code config}
   */
  public static HeimdallDocuments inBucket(IBucket bucket, String prefix) {
    return new HeimdallDocuments(
        Optional.of(bucket), prefix, true, "", Optional.empty(), keyOf(bucket));
  }

  /**
   * A directory of this machine, in a bucket that is made for it, below {@code config}. Nodes boot
   * behind it. It is written again when it has changed here, over what was edited there since;
   * nothing there is taken away. The bucket keeps old versions for 90 days, and stays when its
   * stack goes. The directory goes into the CDK's own bucket, too: it names secrets, and has none.
   *
   * @param id of what is made
   * @param path of the directory that has {@code node.json}
   */
  public static HeimdallDocuments fromAsset(Construct scope, String id, String path) {
    Construct made = new Construct(scope, id);
    Bucket bucket =
        Bucket.Builder.create(made, "Bucket")
            .versioned(true)
            .enforceSsl(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .lifecycleRules(OldVersions.rules(PREFIX))
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    Reasons.accept(
        bucket,
        "AwsSolutions-S1",
        "Versions tell what changed when; who changed it is told by CloudTrail's data events.");
    BucketDeployment first =
        BucketDeployment.Builder.create(made, "First")
            .destinationBucket(bucket)
            .destinationKeyPrefix(PREFIX)
            .sources(List.of(Source.asset(path)))
            .prune(false)
            .build();
    return new HeimdallDocuments(
        Optional.of(bucket),
        PREFIX,
        true,
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.of(first));
  }

  /**
   * All of them in one secret, as {@code heimdall config push} writes it.
   *
   * @param name of the secret, not its ARN
   */
  public static HeimdallDocuments inSecret(String name) {
    return new HeimdallDocuments(
        Optional.empty(), PREFIX, false, name, Optional.empty(), Optional.empty());
  }

  /** On a file system, which has to let {@link HeimdallFleet#getNodes nodes} in at port 2049. */
  public static HeimdallDocuments onFileSystem(IAccessPoint access) {
    return onFileSystem(access.getFileSystem().getFileSystemId(), access.getAccessPointId());
  }

  /** Returns the documents on a file system, given by ids. */
  public static HeimdallDocuments onFileSystem(String fileSystemId, String accessPointId) {
    return new HeimdallDocuments(
        Optional.empty(),
        PREFIX,
        false,
        "",
        Optional.of(new FileSystemMount(fileSystemId, accessPointId)),
        Optional.empty());
  }

  /**
   * A bucket beside the secret or the file system: for topology documents, and for the first
   * documents of an empty file system, which a manager fills from there.
   *
   * @param prefix what stands before the first documents' names
   */
  public HeimdallDocuments beside(IBucket bucket, String prefix) {
    return new HeimdallDocuments(
        Optional.of(bucket),
        prefix,
        inBucket,
        secret,
        files,
        key.or(() -> keyOf(bucket)),
        copy,
        commits,
        first);
  }

  /** The key that all of it is encrypted with, where the bucket does not say. */
  public HeimdallDocuments encryptedWith(IKey key) {
    return new HeimdallDocuments(
        bucket, prefix, inBucket, secret, files, Optional.of(key), copy, commits, first);
  }

  /**
   * Each edit of the manager ends with a commit, as the bucket is replicated to other regions, and
   * nodes read whole commits, as soon as there is one.
   */
  public HeimdallDocuments withCommits() {
    knowCommits();
    return new HeimdallDocuments(bucket, prefix, inBucket, secret, files, key, copy, true, first);
  }

  /**
   * Nodes read whole commits of a copy in their own region, which S3 replicates from the bucket
   * where the documents are edited.
   *
   * @param bucketName of the copy; its prefix is that of the documents
   * @param keyAlias of the key that the copy is encrypted with, such as {@code alias/copy}
   */
  public HeimdallDocuments copiedTo(String bucketName, String keyAlias) {
    knowCommits();
    return new HeimdallDocuments(
        bucket,
        prefix,
        inBucket,
        secret,
        files,
        key,
        Optional.of(new FleetPlan.Copy(bucketName, prefix, keyAlias)),
        commits,
        first);
  }

  /** Nodes would not see what a later deployment writes behind the last commit, or nothing ever. */
  private void knowCommits() {
    if (first.isPresent()) {
      throw new IllegalArgumentException(
          "documents of a directory know no commits: take inBucket, and write the documents with the"
              + " manager or `heimdall config push`");
    }
  }

  private static Optional<IKey> keyOf(IBucket bucket) {
    return Optional.ofNullable(bucket.getEncryptionKey());
  }

  /** As nodes read them. */
  FleetPlan.Source read() {
    return new FleetPlan.Source(
        files
            .map(any -> "file:" + FleetPlan.Source.DIRECTORY)
            .orElseGet(() -> inBucket ? read(copy) : ""),
        secret,
        files.map(any -> any.line(FleetPlan.Source.DIRECTORY, "ro,")).orElse(""),
        files.map(FileSystemMount::id).orElse(""),
        bucket.map(IBucket::getBucketName).orElse(""),
        inBucket ? prefix : "",
        key(),
        secret,
        copy);
  }

  private String read(Optional<FleetPlan.Copy> copy) {
    return copy.map(of -> "s3://" + of.bucket() + "/" + of.prefix() + "?commits=read")
        .orElseGet(() -> source() + (commits ? "?commits=prefer" : ""));
  }

  /** As a manager edits them: an empty file system is filled from the bucket, once. */
  ManagerPlan.Edited edited() {
    String name = bucket.map(IBucket::getBucketName).orElse("");
    return new ManagerPlan.Edited(
        files.map(any -> FleetPlan.Source.DIRECTORY).orElse(""),
        secret.isEmpty() ? source() + (commits ? "?commits=write" : "") : "",
        secret,
        files.map(any -> any.line(FleetPlan.Source.DIRECTORY, "")).orElse(""),
        files.map(FileSystemMount::id).orElse(""),
        secret.isEmpty() ? name : "",
        inBucket ? name : "",
        prefix,
        secret);
  }

  /** Writer of the first documents, if it is known: no instance boots before it is done. */
  Optional<IDependable> first() {
    return first;
  }

  Optional<IKey> encryptionKey() {
    return key;
  }

  /** The ARN of the key; empty without one. */
  String key() {
    return key.map(IKey::getKeyArn).orElse("");
  }

  private String source() {
    return bucket.map(any -> "s3://" + any.getBucketName() + "/" + prefix).orElse("");
  }
}
