package dev.heimdall.cdk.constructs;

import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;

/** Props of a {@link HeimdallStore}. */
public interface HeimdallStoreProps {
  /** The network. */
  IVpc getVpc();

  /** The fleet's name, which the name of the secret begins with. By default {@code heimdall}. */
  String getFleetName();

  /**
   * Subnets of the servers, in at least two zones unless there are no replicas. By default the
   * first two private subnets of different zones: one with a server in it cannot be taken away.
   */
  Optional<SubnetSelection> getVpcSubnets();

  /**
   * Engine of the servers. Another one is another store. By default {@link
   * HeimdallStoreEngine#VALKEY}.
   */
  HeimdallStoreEngine getEngine();

  /** The type of its nodes. By default {@code cache.t4g.small}. */
  String getNodeType();

  /** Replicas of each shard, in other zones: 0 to 5; with 0 a failure loses it. By default 1. */
  int getReplicas();

  /** Shards, 1 to 100; several are cluster mode, and another store. By default 1. */
  int getShards();

  /**
   * The key of password and data at rest; another one is another store. By default AWS's own keys.
   */
  Optional<IKey> getEncryptionKey();

  /** Begins them. */
  static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other; what is not said has its default. */
  final class Builder {
    private IVpc vpc;
    private String fleetName = "heimdall";
    private Optional<SubnetSelection> vpcSubnets = Optional.empty();
    private HeimdallStoreEngine engine = HeimdallStoreEngine.VALKEY;
    private String nodeType = "cache.t4g.small";
    private int replicas = 1;
    private int shards = 1;
    private Optional<IKey> encryptionKey = Optional.empty();

    private Builder() {}

    /** Sets {@link HeimdallStoreProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = vpc;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getFleetName}. */
    public Builder fleetName(String fleetName) {
      this.fleetName = fleetName;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getVpcSubnets}. */
    public Builder vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = Optional.of(vpcSubnets);
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getEngine}. */
    public Builder engine(HeimdallStoreEngine engine) {
      this.engine = engine;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getNodeType}. */
    public Builder nodeType(String nodeType) {
      this.nodeType = nodeType;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getReplicas}. */
    public Builder replicas(int replicas) {
      this.replicas = replicas;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getShards}. */
    public Builder shards(int shards) {
      this.shards = shards;
      return this;
    }

    /** Sets {@link HeimdallStoreProps#getEncryptionKey}. */
    public Builder encryptionKey(IKey encryptionKey) {
      this.encryptionKey = Optional.of(encryptionKey);
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallStoreProps build() {
      return new HeimdallStoreValues(
          Objects.requireNonNull(vpc, "vpc"),
          fleetName,
          vpcSubnets,
          engine,
          nodeType,
          replicas,
          shards,
          encryptionKey);
    }
  }
}
