package dev.heimdall.launcher.rules;

import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.rules.StatementText;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.TableText;
import dev.heimdall.model.VirtualDatabase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A statement and what rules say to it. Tables are as they are written: what a name without a
 * schema means, only the database knows.
 */
public record TriedStatement(Statement statement, Explanation explanation) {
  /** The database at the server that a session has, by the name that its client uses. */
  public static String catalog(VirtualDatabase vdb, Optional<String> database, String user) {
    List<String> names =
        vdb.databases().keySet().stream()
            .filter(name -> !name.equals(VirtualDatabase.ANY_DATABASE))
            .toList();
    String asked = database.orElse(names.size() == 1 ? names.get(0) : user);
    return vdb.databases().getOrDefault(asked, asked);
  }

  /**
   * Goes through the rules.
   *
   * @param averageMicros how long such statements take; -1 when that is not known
   */
  public static TriedStatement of(
      Configuration configuration,
      VirtualDatabase vdb,
      SessionFacts facts,
      String sql,
      boolean inTransaction,
      boolean prepared,
      long averageMicros) {
    SqlDialect dialect = dialect(configuration, vdb);
    Statement statement = statement(sql, dialect, facts.catalog());
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return new TriedStatement(
        statement,
        RuleBook.compile(configuration, vdb, dialect, null)
            .explain(
                facts,
                new StatementText().set(text, 0, text.length, 0, 0).lexerMode(dialect.usualMode()),
                statement,
                inTransaction,
                prepared,
                averageMicros,
                System.nanoTime()));
  }

  private static SqlDialect dialect(Configuration configuration, VirtualDatabase vdb) {
    return DialectProviders.found()
        .of(configuration.sources().get(vdb.source()).engine())
        .statements();
  }

  /** {@link SqlDialect#foldedSchema} of its servers. */
  public static String foldedSchema(Configuration configuration, VirtualDatabase vdb) {
    return dialect(configuration, vdb).foldedSchema();
  }

  private static Statement statement(String sql, SqlDialect dialect, String catalog) {
    ParsedStatement parsed = dialect.parse(sql, dialect.usualMode());
    return new Statement(
        parsed,
        parsed.kind(),
        tables(parsed.reads(), dialect, catalog),
        tables(parsed.writes(), dialect, catalog),
        !parsed.understood(),
        Basis.ANYTHING,
        null,
        false,
        parsed.understood() ? null : "not understood");
  }

  private static SortedSet<String> tables(
      List<TableName> names, SqlDialect dialect, String catalog) {
    SortedSet<String> tables = new TreeSet<>();
    for (TableName name : names) {
      String database = name.database() == null ? catalog : name.database();
      String spelled = new TableName(database, name.schema(), name.table()).spelled();
      String schema = dialect.foldedSchema();
      tables.add(schema == null ? spelled : TableText.without(schema, FoldedName.of(spelled)));
    }
    return tables;
  }

  /** All tables that it names, whether it reads or writes them. */
  public SortedSet<String> tables() {
    SortedSet<String> tables = new TreeSet<>(statement.tablesRead());
    tables.addAll(statement.tablesWritten());
    return tables;
  }
}
