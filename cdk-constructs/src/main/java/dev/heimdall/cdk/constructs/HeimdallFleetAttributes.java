package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Objects;

/**
 * Attributes of a fleet that another app or template has made, as its outputs state them.
 *
 * @param fleetName what its instances are called; by default {@code heimdall}
 * @param address what clients connect to
 * @param addressHostedZoneId the hosted zone of that name
 * @param ports the ports of virtual databases
 * @param httpPort the port of the nodes' HTTP endpoint; by default 5059
 * @param balancerSecurityGroupId the security group before the load balancer
 * @param nodeSecurityGroupId the nodes'
 */
public record HeimdallFleetAttributes(
    String fleetName,
    String address,
    String addressHostedZoneId,
    List<Integer> ports,
    int httpPort,
    String balancerSecurityGroupId,
    String nodeSecurityGroupId) {
  public HeimdallFleetAttributes {
    ports = List.copyOf(ports);
  }

  /** Begins them. */
  public static Builder builder() {
    return new Builder();
  }

  /** Says them one after the other. */
  public static final class Builder {
    private String fleetName = "heimdall";
    private String address;
    private String addressHostedZoneId;
    private List<Integer> ports;
    private int httpPort = 5059;
    private String balancerSecurityGroupId;
    private String nodeSecurityGroupId;

    private Builder() {}

    /** Sets {@link HeimdallFleetAttributes#fleetName}. */
    public Builder fleetName(String fleetName) {
      this.fleetName = fleetName;
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#address}. */
    public Builder address(String address) {
      this.address = address;
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#addressHostedZoneId}. */
    public Builder addressHostedZoneId(String addressHostedZoneId) {
      this.addressHostedZoneId = addressHostedZoneId;
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#ports}. */
    public Builder ports(List<Integer> ports) {
      this.ports = List.copyOf(ports);
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#httpPort}. */
    public Builder httpPort(int httpPort) {
      this.httpPort = httpPort;
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#balancerSecurityGroupId}. */
    public Builder balancerSecurityGroupId(String balancerSecurityGroupId) {
      this.balancerSecurityGroupId = balancerSecurityGroupId;
      return this;
    }

    /** Sets {@link HeimdallFleetAttributes#nodeSecurityGroupId}. */
    public Builder nodeSecurityGroupId(String nodeSecurityGroupId) {
      this.nodeSecurityGroupId = nodeSecurityGroupId;
      return this;
    }

    /**
     * Builds the attributes from the values set.
     *
     * @throws NullPointerException if one that has no default was not said
     */
    public HeimdallFleetAttributes build() {
      return new HeimdallFleetAttributes(
          fleetName,
          Objects.requireNonNull(address, "address"),
          Objects.requireNonNull(addressHostedZoneId, "addressHostedZoneId"),
          Objects.requireNonNull(ports, "ports"),
          httpPort,
          Objects.requireNonNull(balancerSecurityGroupId, "balancerSecurityGroupId"),
          Objects.requireNonNull(nodeSecurityGroupId, "nodeSecurityGroupId"));
    }
  }
}
