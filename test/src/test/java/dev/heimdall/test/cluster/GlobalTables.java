package dev.heimdall.test.cluster;

import dev.heimdall.launcher.mysql.MysqlServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What Aurora MySQL shows of a global cluster, with the names and columns that AWS documents, in
 * the database {@code aurora}: views over tables of the servers and of the regions, which are
 * replicated. Whether a server writes is its own {@code read_only}, and how far it is behind is how
 * old the newest beat is that it has.
 */
final class GlobalTables {
  /** How far the storage of a region that follows is behind; the only figure that is made up. */
  static final long DURABILITY_LAG_MILLIS = 219;

  private GlobalTables() {}

  /**
   * @param regions its servers by region, with their names; the first one leads
   * @param writing the region of the primary
   */
  static void install(
      MysqlServer primary, Map<String, Map<String, MysqlServer>> regions, String writing) {
    List<String> sql = new ArrayList<>();
    sql.add("CREATE DATABASE aurora");
    sql.add("CREATE TABLE aurora.member (port INT, name TEXT, region TEXT, head INT)");
    sql.add("CREATE TABLE aurora.region (name TEXT, writes INT)");
    sql.add("CREATE TABLE aurora.beat (at DATETIME(6))");
    sql.add("INSERT INTO aurora.beat VALUES (NOW(6))");
    regions.forEach(
        (region, servers) -> {
          sql.add(
              "INSERT INTO aurora.region VALUES ('%s', %d)"
                  .formatted(region, region.equals(writing) ? 1 : 0));
          boolean head = true;
          for (Map.Entry<String, MysqlServer> one : servers.entrySet()) {
            sql.add(
                "INSERT INTO aurora.member VALUES (%d, '%s', '%s', %d)"
                    .formatted(one.getValue().port(), one.getKey(), region, head ? 1 : 0));
            head = false;
          }
        });
    sql.add(
        """
        CREATE FUNCTION aurora.server_name() RETURNS TEXT DETERMINISTIC READS SQL DATA
        RETURN (SELECT name FROM aurora.member WHERE port = @@global.port)
        """);
    sql.add(
        """
        CREATE FUNCTION aurora.own_region() RETURNS TEXT DETERMINISTIC READS SQL DATA
        RETURN (SELECT region FROM aurora.member WHERE port = @@global.port)
        """);
    sql.add(
        """
        CREATE FUNCTION aurora.reads_only() RETURNS INT DETERMINISTIC READS SQL DATA
        RETURN @@global.read_only
        """);
    sql.add(
        """
        CREATE VIEW aurora.replica_host_status AS
        SELECT m.name AS server_id,
          CASE WHEN m.head = 1 THEN 'MASTER_SESSION_ID' ELSE CONCAT('session-', m.name) END
            AS session_id,
          CASE WHEN m.head = 0 THEN TIMESTAMPDIFF(MICROSECOND, b.at, NOW(6)) / 1000 END
            AS replica_lag_in_milliseconds,
          NOW(6) AS last_update_timestamp
        FROM aurora.member m JOIN aurora.beat b WHERE m.region = aurora.own_region()
        """);
    sql.add(
        """
        CREATE VIEW aurora.aurora_global_db_instance_status AS
        SELECT m.name AS SERVER_ID,
          CASE WHEN m.head = 1 AND r.writes = 1 THEN 'MASTER_SESSION_ID'
            ELSE CONCAT('session-', m.name) END AS SESSION_ID,
          m.region AS AWS_REGION,
          CASE WHEN m.head = 0 OR r.writes = 0
            THEN GREATEST(0, TIMESTAMPDIFF(MICROSECOND, b.at, NOW(6)) / 1000) END
            AS VISIBILITY_LAG_IN_MSEC
        FROM aurora.member m JOIN aurora.region r ON r.name = m.region JOIN aurora.beat b
        """);
    sql.add(
        """
        CREATE VIEW aurora.aurora_global_db_status AS
        SELECT r.name AS AWS_REGION,
          CASE WHEN r.writes = 1 THEN 0 ELSE %1$d END AS DURABILITY_LAG_IN_MILLISECONDS,
          CASE WHEN r.writes = 1 THEN 0 ELSE %1$d END AS RPO_LAG_IN_MILLISECONDS,
          CASE WHEN r.writes = 1 THEN TIMESTAMP('1970-01-01 00:00:00') ELSE NOW(6) END
            AS LAST_LAG_CALCULATION_TIMESTAMP
        FROM aurora.region r
        """
            .formatted(DURABILITY_LAG_MILLIS));
    primary.execute(sql.toArray(String[]::new));
  }

  /** Another region writes, as its first server says of itself from now on. */
  static void writes(MysqlServer promoted, String region) {
    promoted.execute(
        "UPDATE aurora.region SET writes = (name = '" + region + "')",
        "UPDATE aurora.beat SET at = NOW(6)");
  }
}
