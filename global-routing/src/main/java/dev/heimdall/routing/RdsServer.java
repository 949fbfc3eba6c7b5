package dev.heimdall.routing;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A database instance, as the API describes it.
 *
 * @param name the instance's identifier
 * @param host where it is; empty while it has no address, or when only its cluster told of it
 * @param port 0 where it is not known
 * @param zone the availability zone
 * @param tier which of the readers is promoted first: the one with the lowest number
 * @param status such as {@code available} or {@code rebooting}; empty where it is not known
 * @param clusterStatus the same of its cluster
 */
public record RdsServer(
    String name,
    Optional<String> host,
    int port,
    RdsRole role,
    Optional<String> zone,
    OptionalInt tier,
    String status,
    String clusterStatus) {
  private static final String WELL = "available";

  /** True if it can be expected to answer, now or soon. */
  public boolean present() {
    return switch (status) {
      case "creating", "deleting", "stopping", "stopped", "starting", "failed", "restore-error" ->
          false;
      default -> !status.startsWith("incompatible-") && !status.startsWith("inaccessible-");
    };
  }

  /** Returns the server in another role. */
  RdsServer as(RdsRole other) {
    return new RdsServer(name, host, port, other, zone, tier, status, clusterStatus);
  }

  /** With what was known of the same server before, where nothing is known now. */
  RdsServer completedBy(RdsServer before) {
    return new RdsServer(
        name,
        host.or(before::host),
        host.isPresent() ? port : before.port,
        role,
        zone.or(before::zone),
        tier,
        status,
        clusterStatus);
  }

  /** Remarks about the server beyond its role, in words; empty where all is well. */
  public String remarks() {
    StringBuilder remarks = new StringBuilder();
    tier.ifPresent(number -> remarks.append("promotion tier ").append(number));
    if (!status.isEmpty() && !status.equals(WELL)) {
      remarks.append(remarks.isEmpty() ? "" : ", ").append(status);
    }
    if (!clusterStatus.isEmpty() && !clusterStatus.equals(WELL)) {
      remarks.append(remarks.isEmpty() ? "" : ", ").append("its cluster ").append(clusterStatus);
    }
    return remarks.toString();
  }
}
