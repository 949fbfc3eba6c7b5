package dev.heimdall.model;

import java.util.Optional;

/** The kind of database behind a data source. */
public enum Engine implements Spelled {
  /** Spoken to in its own protocol, by sessions and by rules. */
  POSTGRESQL,
  /** MySQL and MariaDB: reached over JDBC, by the rule action {@code forward} only. */
  MYSQL;

  /** The engines that a cluster of RDS may have, in RDS's words. */
  public static final String OF_RDS = "aurora-postgresql, postgres, aurora-mysql, mysql, mariadb";

  /** What RDS calls so; empty for engines that nodes do not serve. */
  public static Optional<Engine> ofRds(String name) {
    return switch (name) {
      case "aurora-postgresql", "postgres" -> Optional.of(POSTGRESQL);
      case "aurora-mysql", "aurora", "mysql", "mariadb" -> Optional.of(MYSQL);
      default -> Optional.empty();
    };
  }

  /** The port of its servers, where no other one is named. */
  public int port() {
    return JdbcUrl.port(this);
  }
}
