package dev.heimdall.engine.kit;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.mysql.MysqlDialect;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlObjects;
import java.util.List;
import java.util.Optional;

/** MySQL and MariaDB in the kit. */
final class MysqlKit implements KitDialect {
  private final boolean mariadb;

  MysqlKit() {
    this(false);
  }

  private MysqlKit(boolean mariadb) {
    this.mariadb = mariadb;
  }

  static MysqlKit ofMariadb() {
    return new MysqlKit(true);
  }

  /** The table of the simulated servers, and another one. */
  @Override
  public Optional<KitTable> table() {
    return Optional.of(
        new KitTable(
            Catalogue.read(
                "",
                new ObjectsBuilder(new SharedBuiltIns(MysqlObjects.INSTANCE))
                    .relation(1, "app", "t", RelationKind.TABLE, false)
                    .relation(2, "app", "other", RelationKind.TABLE, false)),
            "SELECT last FROM t",
            "SELECT last, RAND() FROM t",
            "INSERT INTO other VALUES ('elsewhere')",
            "SELECT last FROM t FOR UPDATE",
            "SET SESSION TRANSACTION ISOLATION LEVEL %s"));
  }

  @Override
  public boolean keepsFailedTransactions() {
    return false;
  }

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
        mariadb ? "jdbc:mariadb://server/app" : "jdbc:mysql://server/app",
        new MysqlDialect()::create,
        (loop, address, buffers) -> new SimulatedMysql(loop, address, buffers, mariadb));
  }

  @Override
  public List<Spelling> spellings() {
    return mariadb ? List.of(MysqlSpellings.IN_BULK) : MysqlSpellings.all();
  }

  @Override
  public List<Standing> standings() {
    return MysqlSpellings.standings();
  }

  @Override
  public KitClient connect(KitNode<?> node) {
    return new MysqlKitClient(node);
  }
}
