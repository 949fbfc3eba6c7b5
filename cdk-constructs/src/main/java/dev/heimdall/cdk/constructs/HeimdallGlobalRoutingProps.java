package dev.heimdall.cdk.constructs;

import java.util.Objects;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.route53.IHostedZone;

/** Props of {@link HeimdallGlobalRouting}. */
public interface HeimdallGlobalRoutingProps {
  /** The fleet of the stack's region. */
  IHeimdallFleet getFleet();

  /** The name within the zone, such as {@code orders}, the same in each region. */
  String getRecordName();

  /** The hosted zone, which all regions have in common. By default {@code privateZone} is made. */
  Optional<IHostedZone> getZone();

  /**
   * The name of a private zone that is made, in place of one that is there: by the first region. By
   * default none is made.
   */
  Optional<String> getPrivateZone();

  /** The network that sees a zone that is made. By default none, as for a zone that is there. */
  Optional<IVpc> getVpc();

  /** Begins them. */
  static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other; what is not said has its default. */
  final class Builder {
    private IHeimdallFleet fleet;
    private String recordName;
    private Optional<IHostedZone> zone = Optional.empty();
    private Optional<String> privateZone = Optional.empty();
    private Optional<IVpc> vpc = Optional.empty();

    private Builder() {}

    /** Sets {@link HeimdallGlobalRoutingProps#getFleet}. */
    public Builder fleet(IHeimdallFleet fleet) {
      this.fleet = fleet;
      return this;
    }

    /** Sets {@link HeimdallGlobalRoutingProps#getRecordName}. */
    public Builder recordName(String recordName) {
      this.recordName = recordName;
      return this;
    }

    /** Sets {@link HeimdallGlobalRoutingProps#getZone}. */
    public Builder zone(IHostedZone zone) {
      this.zone = Optional.of(zone);
      return this;
    }

    /** Sets {@link HeimdallGlobalRoutingProps#getPrivateZone}. */
    public Builder privateZone(String privateZone) {
      this.privateZone = Optional.of(privateZone);
      return this;
    }

    /** Sets {@link HeimdallGlobalRoutingProps#getVpc}. */
    public Builder vpc(IVpc vpc) {
      this.vpc = Optional.of(vpc);
      return this;
    }

    /**
     * Builds the props from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallGlobalRoutingProps build() {
      return new HeimdallGlobalRoutingValues(
          Objects.requireNonNull(fleet, "fleet"),
          Objects.requireNonNull(recordName, "recordName"),
          zone,
          privateZone,
          vpc);
    }
  }
}
