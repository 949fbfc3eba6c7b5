package dev.heimdall.manager.inspect;

import java.util.List;

/**
 * A database that AWS runs.
 *
 * @param arn by which it is chosen
 * @param engine as RDS calls it, such as {@code aurora-postgresql}
 * @param version of the engine; may be empty
 * @param endpoint the host that leads to its writer; empty while it has none
 * @param port 0: not known
 * @param global the global cluster that it belongs to; empty: none
 */
public record AwsDatabase(
    String arn,
    String name,
    Kind kind,
    String engine,
    String version,
    String status,
    String region,
    String endpoint,
    int port,
    String global,
    List<Member> members) {
  public AwsDatabase {
    members = List.copyOf(members);
  }

  /** Kind of the database, as RDS names it. */
  public enum Kind {
    INSTANCE,
    MULTI_AZ_CLUSTER,
    AURORA
  }

  /**
   * One of its servers.
   *
   * @param host empty while it has none
   * @param role {@code writer}, {@code reader}, or empty where that is not known
   */
  public record Member(String name, String host, int port, String role, String zone) {}
}
