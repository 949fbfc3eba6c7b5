package dev.heimdall.routing;

/**
 * Difference between one document and the one before.
 *
 * @param of the ARN of the cluster or global cluster
 * @param before what it was; empty where there was nothing
 * @param after what it is; empty where there is nothing any more
 */
public record TopologyChange(Kind kind, String of, String before, String after) {
  /** Kinds of changes. */
  public enum Kind {
    CLUSTER_ADDED("cluster added"),
    CLUSTER_GONE("cluster gone"),
    CLUSTER_RENAMED("cluster renamed"),
    CLUSTER_STATUS("status"),
    CLUSTER_ENDPOINT("endpoint"),
    CLUSTER_FORWARDING("write forwarding"),
    SERVER_ADDED("server added"),
    SERVER_GONE("server gone"),
    SERVER_MOVED("server moved"),
    SERVER_STATUS("status of a server"),
    WRITER("writer"),
    GLOBAL_ADDED("global cluster added"),
    GLOBAL_GONE("global cluster gone"),
    GLOBAL_STATUS("status of the global cluster"),
    GLOBAL_MEMBERS("members of the global cluster"),
    GLOBAL_WRITER("writer's region"),
    GLOBAL_FAILOVER("switchover or failover");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  @Override
  public String toString() {
    String what = kind.words + " of " + of;
    if (before.isEmpty()) {
      return what + ": " + after;
    }
    return what + ": " + before + (after.isEmpty() ? " is over" : " -> " + after);
  }
}
