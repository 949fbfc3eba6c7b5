package dev.heimdall.engine.kit;

import dev.heimdall.engine.dialect.mysql.MysqlDialect;
import java.nio.file.Path;

/** MySQL's part in what sessions of all protocols do. */
class MysqlSessionTest extends SessionContract {
  MysqlSessionTest() {
    super(
        new KitWords(
            "SELECT",
            "INSERT INTO t VALUES (1)",
            "SET lc_time_names = '%s'",
            "SELECT @@lc_time_names",
            "LOCK TABLES t READ",
            "mysql"));
  }

  @Override
  protected KitNode<?> node(Path directory, String vdb, String source) {
    return new KitNode<>(
        directory,
        new KitNode.Spoken<>(
            "jdbc:mysql://server/app", new MysqlDialect()::create, SimulatedMysql::new),
        vdb,
        source);
  }

  @Override
  protected KitClient connect(KitNode<?> node) {
    return new MysqlKitClient(node);
  }
}
