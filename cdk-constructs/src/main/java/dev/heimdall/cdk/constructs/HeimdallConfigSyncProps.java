package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.IBucket;

/** Props of a {@link HeimdallConfigSync}. */
public interface HeimdallConfigSyncProps {
  /** The nodes' network. */
  IVpc getVpc();

  /** The fleet whose nodes are told. */
  IHeimdallFleet getFleet();

  /** The jar of {@code config-sync-lambda}. */
  HeimdallArchive getCode();

  /** The bucket that topology documents are written to, below {@code topology/}. */
  IBucket getBucket();

  /** The key of the bucket and of the secret. By default the key that the bucket says. */
  Optional<IKey> getEncryptionKey();

  /**
   * The name of the secret that pushes are signed with, {@code topology.key} of {@code node.json}.
   * By default the fleet's name and {@code /push-key}.
   */
  Optional<String> getPushKeySecret();

  /**
   * Subnets in which the function runs: with a route to AWS. By default one private subnet of each
   * zone.
   */
  Optional<SubnetSelection> getVpcSubnets();

  /** Interval of polls without an event, in whole minutes. By default 5 minutes. */
  Duration getEvery();

  /**
   * Regions with clusters besides its own, whose API of RDS is reached from here. By default none.
   */
  List<String> getOtherRegions();

  /**
   * True if the regions in which global clusters have members are asked as well, by default: not
   * where no way leads to their API.
   */
  boolean getMemberRegions();

  /** Regions whose functions hear of this region's events. By default none. */
  List<String> getForwardTo();

  /**
   * Regions in which the document is kept as well, for nodes whose own function fails: in the
   * bucket that the fleet's nodes there read topology documents from. Their APIs of EC2 and S3 have
   * to be reached from here; they are of the same account. By default none.
   */
  List<String> getPublishTo();

  /**
   * Those of {@link #getPublishTo} whose nodes it is pushed to as well: a way leads there, and the
   * nodes' security group lets this network in at the fleet's {@code httpPort}. By default none.
   */
  List<String> getPushTo();

  /**
   * The names of the buckets there; a beginning ends in {@code *}. By default all buckets of the
   * account, of which it may write the one document.
   */
  List<String> getOtherBuckets();

  /**
   * True if it starts from a snapshot of itself, where the region has that for Java. By default
   * not.
   */
  boolean getSnapStart();

  /**
   * Retention of the function's log: a number of days that CloudWatch Logs supports. By default 30.
   */
  Duration getKeepLogs();

  /** Begins them. */
  static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other; what is not said has its default. */
  final class Builder {
    private IVpc vpc;
    private IHeimdallFleet fleet;
    private HeimdallArchive code;
    private IBucket bucket;
    private Optional<IKey> encryptionKey = Optional.empty();
    private Optional<String> pushKeySecret = Optional.empty();
    private Optional<SubnetSelection> vpcSubnets = Optional.empty();
    private Duration every = Duration.minutes(5);
    private List<String> otherRegions = List.of();
    private boolean memberRegions = true;
    private List<String> forwardTo = List.of();
    private List<String> publishTo = List.of();
    private List<String> pushTo = List.of();
    private List<String> otherBuckets = List.of("*");
    private boolean snapStart = false;
    private Duration keepLogs = Duration.days(30);

    private Builder() {}

    /** Sets {@link HeimdallConfigSyncProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = vpc;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getFleet}. */
    public Builder fleet(IHeimdallFleet fleet) {
      this.fleet = fleet;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getCode}. */
    public Builder code(HeimdallArchive code) {
      this.code = code;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getBucket}. */
    public Builder bucket(IBucket bucket) {
      this.bucket = bucket;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getEncryptionKey}. */
    public Builder encryptionKey(IKey encryptionKey) {
      this.encryptionKey = Optional.of(encryptionKey);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getPushKeySecret}. */
    public Builder pushKeySecret(String pushKeySecret) {
      this.pushKeySecret = Optional.of(pushKeySecret);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getVpcSubnets}. */
    public Builder vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = Optional.of(vpcSubnets);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getEvery}. */
    public Builder every(Duration every) {
      this.every = every;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getOtherRegions}. */
    public Builder otherRegions(List<String> otherRegions) {
      this.otherRegions = List.copyOf(otherRegions);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getMemberRegions}. */
    public Builder memberRegions(boolean memberRegions) {
      this.memberRegions = memberRegions;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getForwardTo}. */
    public Builder forwardTo(List<String> forwardTo) {
      this.forwardTo = List.copyOf(forwardTo);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getPublishTo}. */
    public Builder publishTo(List<String> publishTo) {
      this.publishTo = List.copyOf(publishTo);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getPushTo}. */
    public Builder pushTo(List<String> pushTo) {
      this.pushTo = List.copyOf(pushTo);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getOtherBuckets}. */
    public Builder otherBuckets(List<String> otherBuckets) {
      this.otherBuckets = List.copyOf(otherBuckets);
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getSnapStart}. */
    public Builder snapStart(boolean snapStart) {
      this.snapStart = snapStart;
      return this;
    }

    /** Sets {@link HeimdallConfigSyncProps#getKeepLogs}. */
    public Builder keepLogs(Duration keepLogs) {
      this.keepLogs = keepLogs;
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallConfigSyncProps build() {
      return new HeimdallConfigSyncValues(
          Objects.requireNonNull(vpc, "vpc"),
          Objects.requireNonNull(fleet, "fleet"),
          Objects.requireNonNull(code, "code"),
          Objects.requireNonNull(bucket, "bucket"),
          encryptionKey,
          pushKeySecret,
          vpcSubnets,
          every,
          otherRegions,
          memberRegions,
          forwardTo,
          publishTo,
          pushTo,
          otherBuckets,
          snapStart,
          keepLogs);
    }
  }
}
