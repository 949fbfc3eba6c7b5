package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;

/** Props of {@link HeimdallImage}. */
public interface HeimdallImageProps {
  /**
   * Archive that {@code packaging/ami-input} has packed: the release's package, and certificate
   * authorities of RDS.
   */
  HeimdallArchive getInput();

  /** The release, such as {@code 0.1.0}, which names images. */
  String getVersion();

  /** The network of the instances that images are made from. */
  IVpc getVpc();

  /**
   * Subnets, of which the first is used: with a route to S3 and Systems Manager. By default private
   * ones.
   */
  Optional<SubnetSelection> getVpcSubnets();

  /**
   * The type of instance that makes the image, whose processors are the image's. By default {@code
   * t4g.small}, which is ARM.
   */
  Optional<InstanceType> getInstanceType();

  /** URL at which instances look for newer releases when they start. By default they do not. */
  Optional<String> getUpdateUrl();

  /** More regions that get the image. By default none beside the stack's. */
  List<String> getRegions();

  /**
   * True if its disk is encrypted. By default it is; AWS Marketplace takes only images that are
   * not.
   */
  boolean getEncrypted();

  /** The key of disk and components. By default the account's own. */
  Optional<IKey> getEncryptionKey();

  /**
   * Schedule for rebuilding images, if Amazon Linux has changed: {@code cron(0 4 ? * sun *)}. By
   * default only when the pipeline is started.
   */
  Optional<String> getSchedule();

  /** Begins them. */
  static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other; what is not said has its default. */
  final class Builder {
    private HeimdallArchive input;
    private String version;
    private IVpc vpc;
    private Optional<SubnetSelection> vpcSubnets = Optional.empty();
    private Optional<InstanceType> instanceType = Optional.empty();
    private Optional<String> updateUrl = Optional.empty();
    private List<String> regions = List.of();
    private boolean encrypted = true;
    private Optional<IKey> encryptionKey = Optional.empty();
    private Optional<String> schedule = Optional.empty();

    private Builder() {}

    /** Sets {@link HeimdallImageProps#getInput}. */
    public Builder input(HeimdallArchive input) {
      this.input = input;
      return this;
    }

    /** Sets {@link HeimdallImageProps#getVersion}. */
    public Builder version(String version) {
      this.version = version;
      return this;
    }

    /** Sets {@link HeimdallImageProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = vpc;
      return this;
    }

    /** Sets {@link HeimdallImageProps#getVpcSubnets}. */
    public Builder vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = Optional.of(vpcSubnets);
      return this;
    }

    /** Sets {@link HeimdallImageProps#getInstanceType}. */
    public Builder instanceType(InstanceType instanceType) {
      this.instanceType = Optional.of(instanceType);
      return this;
    }

    /** Sets {@link HeimdallImageProps#getUpdateUrl}. */
    public Builder updateUrl(String updateUrl) {
      this.updateUrl = Optional.of(updateUrl);
      return this;
    }

    /** Sets {@link HeimdallImageProps#getRegions}. */
    public Builder regions(List<String> regions) {
      this.regions = List.copyOf(regions);
      return this;
    }

    /** Sets {@link HeimdallImageProps#getEncrypted}. */
    public Builder encrypted(boolean encrypted) {
      this.encrypted = encrypted;
      return this;
    }

    /** Sets {@link HeimdallImageProps#getEncryptionKey}. */
    public Builder encryptionKey(IKey encryptionKey) {
      this.encryptionKey = Optional.of(encryptionKey);
      return this;
    }

    /** Sets {@link HeimdallImageProps#getSchedule}. */
    public Builder schedule(String schedule) {
      this.schedule = Optional.of(schedule);
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallImageProps build() {
      return new HeimdallImageValues(
          Objects.requireNonNull(input, "input"),
          Objects.requireNonNull(version, "version"),
          Objects.requireNonNull(vpc, "vpc"),
          vpcSubnets,
          instanceType,
          updateUrl,
          regions,
          encrypted,
          encryptionKey,
          schedule);
    }
  }
}
