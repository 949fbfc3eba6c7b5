package dev.heimdall.routing;

import java.util.Optional;

/**
 * One region's answer to a name: the load balancer there, for clients to whom that region is the
 * nearest.
 *
 * @param type {@code A} or {@code AAAA}
 * @param target the load balancer's DNS name
 * @param targetZone the hosted zone that AWS has for load balancers of that kind and region
 * @param targetHealth whether the answer is given only while the load balancer has a healthy target
 * @param check the health check of an alarm, by its id, for where targets are not enough
 */
public record LatencyRecord(
    String region,
    String type,
    String target,
    String targetZone,
    boolean targetHealth,
    Optional<String> check) {
  private static final String OURS = "heimdall-";

  /** Identifier that distinguishes the record from those of other regions. */
  String identifier() {
    return OURS + region;
  }

  /** True if a record by this identifier for this region is one of these. */
  static boolean ours(String identifier, String region) {
    return region != null && (OURS + region).equals(identifier);
  }

  /** Returns the record in the notation that Route 53 returns. */
  LatencyRecord canonical() {
    String lower = target.toLowerCase(java.util.Locale.ROOT);
    // Consoles show load balancers with this prefix, which Route 53 keeps or not.
    String bare = lower.startsWith("dualstack.") ? lower.substring("dualstack.".length()) : lower;
    return new LatencyRecord(
        region, type, bare.endsWith(".") ? bare : bare + ".", targetZone, targetHealth, check);
  }
}
