package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Which zone's address of the load balancer the resolver gives to a client. */
public enum ClientZones implements Spelled {
  ANY("any_availability_zone"),
  MOSTLY_OWN_ZONE("partial_availability_zone_affinity"),
  OWN_ZONE("availability_zone_affinity");

  private final String policy;

  ClientZones(String policy) {
    this.policy = policy;
  }

  /** As the load balancer calls it. */
  public String policy() {
    return policy;
  }
}
