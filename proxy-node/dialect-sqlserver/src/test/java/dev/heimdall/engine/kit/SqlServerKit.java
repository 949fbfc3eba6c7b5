package dev.heimdall.engine.kit;

import dev.heimdall.engine.dialect.sqlserver.SqlServerDialect;
import java.util.List;

/** SQL Server in the kit. */
final class SqlServerKit implements KitDialect {
  @Override
  public KitWords words() {
    return new KitWords(
        "SELECT",
        "INSERT INTO t VALUES ('%s')",
        "SET LANGUAGE %s",
        "SELECT @@LANGUAGE",
        "CREATE TABLE #t (a int)",
        "postgres");
  }

  /** The URL is another engine's: contracts also try what configurations of this one refuse. */
  @Override
  public KitNode.Spoken<SimulatedSqlServer> spoken() {
    return new KitNode.Spoken<>(
        "jdbc:postgresql://server/app", node -> SqlServerDialect.create(), SimulatedSqlServer::new);
  }

  @Override
  public List<Spelling> spellings() {
    return SqlServerSpellings.all();
  }

  @Override
  public List<Standing> standings() {
    return SqlServerSpellings.standings();
  }

  @Override
  public KitClient connect(KitNode<?> node) {
    return new SqlServerKitClient(node);
  }
}
