package dev.heimdall.launcher.mysql;

import java.util.List;

/** In what MariaDB and MySQL differ for those who start them. */
public enum Flavour {
  MARIADB("MariaDB") {
    @Override
    List<String> options() {
      return List.of(
          "--log-slave-updates=ON",
          "--gtid-strict-mode=ON",
          "--slave-net-timeout=10",
          "--aria-pagecache-buffer-size=8M",
          "--key-buffer-size=1M");
    }

    @Override
    List<String> withoutTls() {
      return List.of("--skip-ssl"); // or it makes a key of its own, which may take a minute
    }

    @Override
    List<String> readOnly() {
      return List.of("--read-only=ON");
    }

    @Override
    List<String> withoutPassword() {
      return List.of(
          "DELETE FROM mysql.global_priv WHERE User IN ('', 'root')", "FLUSH PRIVILEGES");
    }

    @Override
    List<String> follow(MysqlServer primary) {
      return List.of(
          "STOP SLAVE",
          // What it wrote as a primary counts as replicated.
          "SET GLOBAL gtid_slave_pos = @@global.gtid_current_pos",
          ("CHANGE MASTER TO MASTER_HOST = '%s', MASTER_PORT = %d, MASTER_USER = '%s',"
                  + " MASTER_PASSWORD = '%s', MASTER_CONNECT_RETRY = 1, MASTER_SSL = 0,"
                  + " MASTER_USE_GTID = slave_pos")
              .formatted(
                  primary.host(),
                  primary.port(),
                  primary.superuser().name(),
                  primary.superuser().password()),
          "START SLAVE",
          "SET GLOBAL read_only = ON");
    }

    @Override
    List<String> finish() {
      return List.of("START SLAVE SQL_THREAD", "STOP SLAVE IO_THREAD");
    }

    @Override
    String replicaStatus() {
      return "SHOW SLAVE STATUS";
    }

    @Override
    String received() {
      return "Gtid_IO_Pos";
    }

    @Override
    List<String> promote() {
      return List.of("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF");
    }

    @Override
    String position() {
      return "SELECT @@global.gtid_binlog_pos";
    }

    @Override
    String reached(String position, long seconds) {
      return "SELECT master_gtid_wait('%s', %d) = 0".formatted(position, seconds);
    }
  },

  MYSQL("MySQL") {
    @Override
    List<String> options() {
      return List.of(
          "--gtid-mode=ON",
          "--enforce-gtid-consistency=ON",
          "--replica-net-timeout=10",
          "--innodb-redo-log-capacity=16M",
          "--mysqlx=OFF");
    }

    @Override
    List<String> withoutTls() {
      return List.of("--tls-version="); // an empty list turns it off
    }

    @Override
    List<String> readOnly() {
      return List.of("--read-only=ON", "--super-read-only=ON");
    }

    @Override
    List<String> withoutPassword() {
      return List.of("DROP USER IF EXISTS root@localhost");
    }

    @Override
    List<String> follow(MysqlServer primary) {
      return List.of(
          "STOP REPLICA",
          ("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '%s', SOURCE_PORT = %d, SOURCE_USER = '%s',"
                  + " SOURCE_PASSWORD = '%s', SOURCE_CONNECT_RETRY = 1, GET_SOURCE_PUBLIC_KEY = 1,"
                  + " SOURCE_AUTO_POSITION = 1")
              .formatted(
                  primary.host(),
                  primary.port(),
                  primary.superuser().name(),
                  primary.superuser().password()),
          "START REPLICA",
          "SET GLOBAL super_read_only = ON");
    }

    @Override
    List<String> finish() {
      return List.of("START REPLICA SQL_THREAD", "STOP REPLICA IO_THREAD");
    }

    @Override
    String replicaStatus() {
      return "SHOW REPLICA STATUS";
    }

    @Override
    String received() {
      return "Retrieved_Gtid_Set";
    }

    @Override
    List<String> promote() {
      return List.of("STOP REPLICA", "RESET REPLICA ALL", "SET GLOBAL read_only = OFF");
    }

    @Override
    String position() {
      return "SELECT @@global.gtid_executed";
    }

    @Override
    String reached(String position, long seconds) {
      return "SELECT wait_for_executed_gtid_set('%s', %d) = 0"
          .formatted(position.replace("\n", ""), seconds);
    }
  };

  private final String product;

  Flavour(String product) {
    this.product = product;
  }

  /** Common name of the product. */
  public String product() {
    return product;
  }

  /** Options that only one of the two knows. */
  abstract List<String> options();

  abstract List<String> withoutTls();

  /** Options of a server that takes no writes from clients. */
  abstract List<String> readOnly();

  /** Statements after which log-ins need passwords. */
  abstract List<String> withoutPassword();

  /** Statements that make a server the replica of another, from wherever it is. */
  abstract List<String> follow(MysqlServer primary);

  /**
   * Statements after which a replica carries out what it has got, and gets nothing more. In this
   * order: relay logs are thrown away when the second of the two threads starts alone.
   */
  abstract List<String> finish();

  /** Asks a replica how it is. */
  abstract String replicaStatus();

  /** The column of that which tells what it has got. */
  abstract String received();

  /** Statements that make a replica take writes. */
  abstract List<String> promote();

  /** Asks how far a primary has written. */
  abstract String position();

  /** Asks a replica to wait until it has come to a position; answers 1 when it has. */
  abstract String reached(String position, long seconds);
}
