package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Replication status of a server that replicates from another one.
 *
 * @param source the other one's number
 * @param host of the other one, as this one knows it
 * @param halt why it gets nothing, or carries out nothing; empty: it does both
 * @param received what it has got of GTIDs; {@link Position#NONE} where there are none
 * @param idle whether all that it has got is carried out and committed
 * @param executed where it is in the other one's log
 * @param secondsBehind null where the server does not say
 */
record ReplicaStatus(
    String source,
    String host,
    int port,
    String halt,
    Position received,
    boolean idle,
    Optional<BinlogPosition> executed,
    Long secondsBehind) {
  /** The server counts in seconds. */
  private static final long PRECISION = 1000;

  /** Reads a row of {@link Flavour#replicaStatus}. */
  static ReplicaStatus of(ResultSet row, Flavour flavour) throws SQLException {
    String source = flavour.source();
    String replica = flavour.replica();
    String id = row.getString(source + "_Server_Id");
    String state =
        row.getString(flavour.mariadb() ? "Slave_SQL_State" : replica + "_SQL_Running_State");
    long behind = row.getLong("Seconds_Behind_" + source);
    Long secondsBehind = row.wasNull() ? null : behind;
    return new ReplicaStatus(
        id,
        row.getString(source + "_Host"),
        row.getInt(source + "_Port"),
        halt(row, replica),
        flavour.mariadb()
            ? MariadbGtids.parse(row.getString("Gtid_IO_Pos"))
            : GtidSet.parse(row.getString("Retrieved_Gtid_Set")),
        state != null && state.contains("has read all relay log"),
        BinlogPosition.of(
            id,
            row.getString("Relay_" + source + "_Log_File"),
            row.getLong("Exec_" + source + "_Log_Pos")),
        secondsBehind);
  }

  /** The numbers of errors alone: their texts may have statements in them. */
  private static String halt(ResultSet row, String replica) throws SQLException {
    if (!"Yes".equals(row.getString(replica + "_SQL_Running"))) {
      return "its SQL thread does not run" + error(row.getInt("Last_SQL_Errno"));
    }
    return switch (String.valueOf(row.getString(replica + "_IO_Running"))) {
      case "Yes" -> "";
      case "No" -> "its I/O thread does not run" + error(row.getInt("Last_IO_Errno"));
      default -> "its I/O thread is not connected" + error(row.getInt("Last_IO_Errno"));
    };
  }

  private static String error(int number) {
    return number == 0 ? "" : " (error %d)".formatted(number);
  }

  /**
   * Replication lag of the server, in milliseconds.
   *
   * @param executed what it has carried out, by GTIDs; {@link Position#NONE} where there are none
   */
  long lagMillis(Position executed) {
    boolean all = executed == Position.NONE ? idle : executed.covers(received);
    if (halt.isEmpty() && all) {
      return 0;
    }
    return secondsBehind == null
        ? TopologyNode.UNKNOWN
        : Math.max(0, secondsBehind) * 1000 + PRECISION;
  }
}
