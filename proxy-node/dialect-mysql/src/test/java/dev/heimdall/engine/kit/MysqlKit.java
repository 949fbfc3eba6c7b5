package dev.heimdall.engine.kit;

import dev.heimdall.engine.dialect.mysql.MysqlDialect;

/** MySQL in the kit. */
final class MysqlKit implements KitDialect {
  @Override
  public KitWords words() {
    return new KitWords(
        "SELECT",
        "INSERT INTO t VALUES ('%s')",
        "SET lc_time_names = '%s'",
        "SELECT @@lc_time_names",
        "LOCK TABLES t READ",
        "mysql");
  }

  @Override
  public KitNode.Spoken<SimulatedMysql> spoken() {
    return new KitNode.Spoken<>(
        "jdbc:mysql://server/app", new MysqlDialect()::create, SimulatedMysql::new);
  }

  @Override
  public KitClient connect(KitNode<?> node) {
    return new MysqlKitClient(node);
  }
}
