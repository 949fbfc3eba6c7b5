package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;

/** Zone whose load balancer address the resolver returns to a client. */
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
