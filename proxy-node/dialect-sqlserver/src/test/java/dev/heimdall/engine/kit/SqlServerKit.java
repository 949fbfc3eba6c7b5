package dev.heimdall.engine.kit;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.sqlserver.SqlServerDialect;
import dev.heimdall.engine.dialect.sqlserver.catalog.SqlServerObjects;
import java.util.List;
import java.util.Optional;

/** SQL Server in the kit. */
final class SqlServerKit implements KitDialect {
  /** The table of the simulated servers, and another one. */
  @Override
  public Optional<KitTable> table() {
    return Optional.of(
        new KitTable(
            Catalogue.read(
                "app",
                new ObjectsBuilder(new SharedBuiltIns(SqlServerObjects.INSTANCE))
                    .folded()
                    .relation(1, "dbo", "t", RelationKind.TABLE, false)
                    .relation(2, "dbo", "other", RelationKind.TABLE, false)),
            "SELECT last FROM t",
            "SELECT last, NEWID() FROM t",
            "INSERT INTO other VALUES ('elsewhere')",
            "SELECT last FROM t WITH (UPDLOCK)",
            "SET TRANSACTION ISOLATION LEVEL %s"));
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
