package dev.heimdall.test.tds;

import java.math.BigInteger;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Views of availability groups, as one of their servers has them; empty for a server by itself. */
final class GroupViews {
  private static final Set<String> NAMES =
      Set.of(
          "availability_groups",
          "availability_replicas",
          "availability_databases_cluster",
          "availability_group_listeners",
          "dm_hadr_availability_replica_states",
          "dm_hadr_database_replica_states");

  private final TdsSession session;
  private final GroupMember self;
  private final List<String> rows = new ArrayList<>();
  private StringBuilder row;

  private GroupViews(TdsSession session) {
    this.session = session;
    this.self = session.server.member();
  }

  static boolean has(String view) {
    return NAMES.contains(view);
  }

  /** A query for a view. */
  static String sql(TdsSession session, String view) {
    return new GroupViews(session).query(view);
  }

  private String query(String view) {
    boolean state = view.startsWith("dm_");
    if (state && self != null && self.group.denied.contains(session.login.user)) {
      session.results.message(
          SqlError.of(
              300,
              14,
              "VIEW SERVER STATE permission was denied on object 'server', database 'master'."));
      throw new SqlErrorException(
          297, 16, "The user does not have permission to perform this action.");
    }
    boolean primary = self != null && self.role == GroupMember.Role.PRIMARY;
    if (self == null) {
      // One row for its columns, which is left out below.
      GroupMember none = new GroupMember(AvailabilityGroup.none(), session.server, "");
      one(view, none, none, true);
    } else {
      for (GroupMember each : self.group.members()) {
        if (!state || primary || each == self) {
          one(view, self, each, primary);
        }
      }
    }
    return String.join(" UNION ALL ", rows);
  }

  private void one(String view, GroupMember self, GroupMember each, boolean primary) {
    switch (view) {
      case "availability_groups", "availability_group_listeners" -> {
        if (each == self) {
          group(self);
        }
      }
      case "availability_replicas" -> replica(each);
      case "availability_databases_cluster" -> {
        if (each == self) {
          databases(self);
        }
      }
      case "dm_hadr_availability_replica_states" -> state(self, each);
      default -> self.group.databases.forEach(name -> database(self, each, name, primary));
    }
  }

  private GroupViews begin() {
    row = new StringBuilder();
    return this;
  }

  private GroupViews column(String name, String type, Object value) {
    row.append(row.isEmpty() ? "SELECT " : ", ").append("CAST(");
    String text = value == null ? null : value.toString().replace("'", "''");
    row.append(text == null ? "NULL" : "'" + text + "'");
    row.append(" AS ").append(type).append(") AS ").append(name);
    return this;
  }

  private void end() {
    rows.add(row + (self == null ? " WHERE FALSE" : ""));
  }

  private void group(GroupMember of) {
    begin()
        .column("group_id", "UUID", of.group.id)
        .column("name", "VARCHAR(128)", "group")
        .column("cluster_type_desc", "VARCHAR(60)", "WSFC")
        .column("dns_name", "VARCHAR(63)", "localhost")
        .column("port", "INTEGER", 1433)
        .end();
  }

  private void databases(GroupMember of) {
    for (String name : of.group.databases) {
      begin()
          .column("group_id", "UUID", of.group.id)
          .column("group_database_id", "UUID", database(of, name))
          .column("database_name", "VARCHAR(128)", name)
          .end();
    }
  }

  /** Columns of sys.databases. */
  static String ofDatabase(GroupMember member, String name) {
    boolean held = member != null && member.holds(name);
    return "CAST(%s AS UUID) AS replica_id, CAST(%s AS UUID) AS group_database_id"
        .formatted(
            held ? "'" + member.id + "'" : "NULL",
            held ? "'" + database(member, name) + "'" : "NULL");
  }

  static UUID database(GroupMember of, String name) {
    return UUID.nameUUIDFromBytes(
        (of.group.id + name).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void replica(GroupMember each) {
    begin()
        .column("replica_id", "UUID", each.id)
        .column("group_id", "UUID", each.group.id)
        .column("replica_server_name", "VARCHAR(256)", each.name)
        .column("endpoint_url", "VARCHAR(128)", "TCP://127.0.0.1:5022")
        .column("availability_mode", "TINYINT", 1)
        .column("availability_mode_desc", "VARCHAR(60)", "SYNCHRONOUS_COMMIT")
        .column("failover_mode", "TINYINT", 0)
        .column("session_timeout", "INTEGER", 10)
        .column("primary_role_allow_connections", "TINYINT", 2)
        .column("secondary_role_allow_connections", "TINYINT", each.allows)
        .column("read_only_routing_url", "VARCHAR(256)", "TCP://127.0.0.1:" + each.server.port())
        .end();
  }

  private void state(GroupMember self, GroupMember each) {
    boolean local = each == self;
    boolean connected = !each.server.isDown() && !each.server.frozen();
    begin()
        .column("replica_id", "UUID", each.id)
        .column("group_id", "UUID", each.group.id)
        .column("is_local", "BOOLEAN", local)
        .column("role", "TINYINT", each.role.ordinal())
        .column("role_desc", "VARCHAR(60)", each.role)
        .column("operational_state", "TINYINT", local ? 2 : null)
        .column("operational_state_desc", "VARCHAR(60)", local ? "ONLINE" : null)
        .column("recovery_health", "TINYINT", local ? 1 : null)
        .column("synchronization_health", "TINYINT", 2)
        .column("connected_state", "TINYINT", connected && self.group.primary() != null ? 1 : 0)
        .column("last_connect_error_number", "INTEGER", null)
        .end();
  }

  private void database(GroupMember self, GroupMember each, String name, boolean primary) {
    int redone = each.reported();
    int all = each.group.log.size();
    BigInteger lsn = GroupLog.lsn(redone);
    Timestamp at = redone == 0 ? null : new Timestamp(each.group.log.entry(redone - 1).at());
    boolean isPrimary = each.role == GroupMember.Role.PRIMARY;
    Integer id = new SessionFunctions(session).databaseId(name);
    begin()
        .column("database_id", "INTEGER", id)
        .column("group_id", "UUID", each.group.id)
        .column("replica_id", "UUID", each.id)
        .column("group_database_id", "UUID", database(each, name))
        .column("is_local", "BOOLEAN", each == self)
        .column("is_primary_replica", "BOOLEAN", isPrimary)
        .column("synchronization_state", "TINYINT", each.suspended ? 0 : 2)
        .column("synchronization_health", "TINYINT", each.suspended ? 0 : 2)
        .column("database_state", "TINYINT", each.refusal == 922 ? 2 : 0)
        .column("is_suspended", "BOOLEAN", each.suspended)
        .column("suspend_reason", "TINYINT", each.suspended ? 0 : null)
        .column("suspend_reason_desc", "VARCHAR(60)", each.suspended ? "SUSPEND_FROM_USER" : null)
        .column("last_hardened_lsn", "NUMERIC(25,0)", GroupLog.lsn(all + 1))
        .column("last_redone_lsn", "NUMERIC(25,0)", isPrimary ? null : lsn)
        .column("log_send_queue_size", "BIGINT", isPrimary ? null : 0)
        .column("redo_queue_size", "BIGINT", isPrimary ? null : all - redone)
        .column("end_of_log_lsn", "NUMERIC(25,0)", GroupLog.lsn(all + 1))
        .column("last_commit_lsn", "NUMERIC(25,0)", lsn)
        .column("last_commit_time", "TIMESTAMP(3)", at)
        .column("secondary_lag_seconds", "BIGINT", primary && !isPrimary ? 0 : null)
        .end();
  }
}
