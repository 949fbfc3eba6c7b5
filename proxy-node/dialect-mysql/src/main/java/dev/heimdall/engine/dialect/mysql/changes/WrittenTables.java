package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Objects that the transactions of a log have written, by the catalogue: the log has neither the
 * changes by foreign keys, nor the tables behind a MERGE table or a text. Not thread-safe.
 */
final class WrittenTables {
  /**
   * Statement that a session leaves in the log when it ends; no other session has seen its tables.
   */
  private static final Pattern TEMPORARY =
      Pattern.compile("(?is)\\s*DROP\\s+(/\\*!\\d*\\s*)?TEMPORARY\\s.*");

  private final Function<String, Catalogue> catalogues;

  /**
   * @param catalogues what is known of a database
   */
  WrittenTables(Function<String, Catalogue> catalogues) {
    this.catalogues = catalogues;
  }

  /**
   * Objects that transactions have written.
   *
   * @param tables in full
   * @param rows of these tables, those that are written, where that is known
   * @param others whether others too
   * @param defined databases of which they have changed definitions
   */
  record Written(
      Set<String> tables, Map<String, RowKeys> rows, boolean others, Set<String> defined) {}

  Written of(LoggedTransaction transaction) {
    Set<String> tables = new TreeSet<>();
    Set<String> defined = new HashSet<>();
    Map<String, RowKeys> rows = new HashMap<>();
    boolean others = transaction.anything();
    if (!transaction.rows().isEmpty()) {
      Catalogue catalogue = catalogues.apply("");
      Catalogue.Changed changed = catalogue.cascades(transaction.rows());
      tables.addAll(changed.tables());
      // There may be a foreign key that it does not know.
      others |= changed.others() || !catalogue.confirmed();
      transaction
          .known()
          .forEach(
              (table, known) -> {
                String name = known.of().table();
                if (!changed.further().contains(name) && known.of().equals(catalogue.keys(table))) {
                  rows.put(name, known.rows());
                }
              });
    }
    for (LoggedStatement statement : transaction.statements()) {
      Set<String> named = new HashSet<>();
      others |= add(statement, named, defined);
      tables.addAll(named);
      rows.keySet().removeAll(named);
    }
    return new Written(tables, rows, others, defined);
  }

  /**
   * Definitions of tables that a transaction has written, where those that are known are not the
   * ones by which their rows are read.
   */
  Map<TableName, KeyColumns> lacking(LoggedTransaction transaction, TableLayouts layouts) {
    Map<TableName, KeyColumns> lacking = new HashMap<>();
    if (transaction.statements().isEmpty() && !transaction.anything()) {
      Catalogue catalogue = catalogues.apply("");
      for (TableName table : transaction.rows().keySet()) {
        boolean wanted = layouts.wants(table);
        KeyColumns of = wanted ? catalogue.keys(table) : null;
        if (of != null && layouts.lacks(table, of, transaction.texts())) {
          lacking.put(table, of);
        }
      }
    }
    return lacking;
  }

  private boolean add(LoggedStatement logged, Set<String> tables, Set<String> defined) {
    String text = logged.text();
    if (text != null && TEMPORARY.matcher(text).matches()) {
      return false;
    }
    if (text == null) {
      defined.add(logged.database());
      return true;
    }
    Catalogue catalogue = catalogues.apply(logged.database());
    Statement statement =
        catalogue.resolve(
            MysqlSql.DIALECT.parse(text, logged.mode()),
            new NameScope(logged.database(), null, null));
    if (statement.kind() == StatementClass.DDL || !statement.understood()) {
      defined.add(logged.database());
    }
    tables.addAll(statement.tablesWritten());
    return statement.writesAnything() || !statement.understood() || !catalogue.confirmed();
  }
}
