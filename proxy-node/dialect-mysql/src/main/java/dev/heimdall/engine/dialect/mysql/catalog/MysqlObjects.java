package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.sql.TableName;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Built-in objects of MySQL and MariaDB, and their lookup of names. */
public final class MysqlObjects extends BuiltInObjects {
  private static final Set<String> OF_SERVER =
      Set.of("information_schema", "mysql", "performance_schema", "sys");

  /** Tables with results of ANALYZE: values of columns. */
  private static final Set<String> OF_OTHERS_VALUES =
      Set.of("column_stats", "column_statistics", "index_stats");

  /** Objects that all servers have in common. */
  public static final MysqlObjects INSTANCE = new MysqlObjects(); // behind what it is made of

  private MysqlObjects() {
    super(
        "",
        MysqlFunctions.EFFECTS,
        Map.of(
            Trait.READS_UNNAMED,
            Set.of("load_file"),
            Trait.READS_SEQUENCES,
            Set.of("lastval"),
            Trait.READS_GENERATED_ID,
            Set.of("last_insert_id"),
            Trait.READS_FOUND_ROWS,
            Set.of("found_rows")));
  }

  @Override
  protected boolean schemasAreDatabases() {
    return true;
  }

  @Override
  protected boolean isOfServer(String schema) {
    return OF_SERVER.contains(schema.toLowerCase(Locale.ROOT));
  }

  @Override
  protected boolean looksOfServer(TableName name) {
    return name.schema() != null && isOfServer(name.schema());
  }

  @Override
  protected boolean holdsOthersValues(String schema, String name) {
    return OF_OTHERS_VALUES.contains(name.toLowerCase(Locale.ROOT));
  }
}
