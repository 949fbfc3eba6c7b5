package dev.heimdall.model;

import java.util.Optional;

/** The protocol that a data source's servers speak, and its virtual databases to their clients. */
public enum Engine implements Spelled {
  POSTGRESQL,
  /** MySQL and MariaDB. */
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
