package dev.heimdall.engine.dialect.sqlserver.cluster;

import java.util.Optional;

/** Texts of the queries of probes, which are asked as one batch. */
public final class GroupQueries {
  private static final String UPDATEABILITY =
      "CAST(DATABASEPROPERTYEX(%s, 'Updateability') AS nvarchar(60)) AS updateability";

  /** Without a right: what the server is called, and whether the database takes writes. */
  private static final String SELF =
      """
      SELECT CAST(SERVERPROPERTY('ServerName') AS nvarchar(256)) AS name,
        CAST(SERVERPROPERTY('ComputerNamePhysicalNetBIOS') AS nvarchar(128)) AS machine,
        %3$s,
        CAST(DATABASEPROPERTYEX(%1$s, 'Status') AS nvarchar(60)) AS status,
        %2$s AS permitted,
        (SELECT CONVERT(nvarchar(36), d.group_database_id) FROM sys.databases d
          WHERE d.name = %1$s) AS shared,
        (SELECT DATEDIFF(second, '20000101', t.create_date) FROM sys.databases t
          WHERE t.name = 'tempdb') AS started
      """;

  /** Names of the right since 2022, and before. */
  private static final String PERMITTED =
      "COALESCE(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE'),"
          + " HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), 0)";

  private static final String ROLES =
      """
      SELECT CONVERT(nvarchar(36), s.group_id) AS grp, CONVERT(nvarchar(36), s.replica_id) AS replica,
        s.role, s.operational_state, s.connected_state, r.secondary_role_allow_connections AS allows
      FROM sys.dm_hadr_availability_replica_states s
        LEFT JOIN sys.availability_replicas r ON r.replica_id = s.replica_id
      WHERE s.is_local = 1
      """;

  private static final String DATABASES =
      """
      SELECT CONVERT(nvarchar(36), d.group_id) AS grp,
        CONVERT(nvarchar(36), d.group_database_id) AS shared, n.name, d.last_commit_lsn,
        d.redo_queue_size, d.synchronization_state, d.database_state, d.is_suspended,
        d.suspend_reason_desc
      FROM sys.dm_hadr_database_replica_states d
        LEFT JOIN sys.databases n ON n.database_id = d.database_id
      WHERE d.is_local = 1
      """;

  private static final String MEMBERS =
      """
      SELECT CONVERT(nvarchar(36), r.group_id) AS grp, r.replica_server_name AS name,
        r.read_only_routing_url AS reads, r.endpoint_url AS endpoint
      FROM sys.availability_replicas r
      """;

  private GroupQueries() {}

  /** Name of a database as a literal, or NULL. */
  private static String literal(Optional<String> database) {
    return database.map(name -> "N'" + name.replace("'", "''") + "'").orElse("NULL");
  }

  private static String updateability(Optional<String> database) {
    return UPDATEABILITY.formatted(literal(database));
  }

  /** Facts that any user gets. */
  public static String self(Optional<String> database) {
    return SELF.formatted(literal(database), PERMITTED, updateability(database));
  }

  /** Rights that probes hold: to see states, and to see the servers of groups. */
  public static String rights() {
    return "SELECT " + PERMITTED + ", HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION')";
  }

  /** The server's roles in groups. */
  public static String roles() {
    return ROLES;
  }

  /** Its databases in groups. */
  public static String databases() {
    return DATABASES;
  }

  /** All servers of groups. */
  public static String members() {
    return MEMBERS;
  }

  /**
   * All of it in one round trip. Whether the database takes writes is read on both sides of the
   * roles: the statements of a batch may have a change of roles between them.
   *
   * @param groups whether it may be in a group
   */
  static String all(Optional<String> database, boolean groups, boolean members) {
    String all = self(database);
    if (groups) {
      String ofGroups = ROLES + ";\n" + DATABASES + ";\nSELECT " + updateability(database);
      all += ";\nIF " + PERMITTED + " = 1\nBEGIN\n" + ofGroups + ";\nEND";
      all += members ? ";\n" + MEMBERS : "";
    }
    return all;
  }
}
