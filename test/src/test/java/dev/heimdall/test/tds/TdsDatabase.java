package dev.heimdall.test.tds;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The server's data: one H2 database in memory, each SQL Server database a schema of it. */
final class TdsDatabase implements AutoCloseable {
  private final String url =
      "jdbc:h2:mem:"
          + UUID.randomUUID()
          + ";MODE=MSSQLServer;DATABASE_TO_UPPER=FALSE;CASE_INSENSITIVE_IDENTIFIERS=TRUE"
          + ";LOCK_TIMEOUT=50";
  private final Connection keeper;
  private final Set<String> databases = new TreeSet<>();
  private final Map<String, Tsql.CreateProcedure> procedures = new ConcurrentHashMap<>();
  private final Map<String, List<TsqlToken>> types = new ConcurrentHashMap<>();
  private final Map<String, Tsql.Block> parsed = new ConcurrentHashMap<>();
  private final Modules modules = new Modules();
  private final ChangeTracking tracking = new ChangeTracking();
  private static final int MOST_PARSED = 1000;

  TdsDatabase(Set<String> named) throws SQLException {
    keeper = DriverManager.getConnection(url);
    databases.add("master");
    databases.add("tempdb");
    named.forEach(name -> databases.add(name.toLowerCase(Locale.ROOT)));
    try (Statement statement = keeper.createStatement()) {
      for (String name : databases) {
        statement.execute("CREATE SCHEMA \"" + name + "\"");
      }
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  boolean exists(String database) {
    return databases.contains(database.toLowerCase(Locale.ROOT));
  }

  List<String> databases() {
    return List.copyOf(databases);
  }

  ChangeTracking tracking() {
    return tracking;
  }

  Modules modules() {
    return modules;
  }

  Tsql.CreateProcedure procedure(String database, String name) {
    return procedures.get(key(database, name));
  }

  /** The synonym of that name, or null. */
  Modules.Module synonym(String database, String name) {
    return modules.of(database).stream()
        .filter(
            each -> each.type().equals("SN") && each.name().equalsIgnoreCase(Modules.last(name)))
        .findFirst()
        .orElse(null);
  }

  void create(String database, Tsql.CreateProcedure procedure) {
    String key = key(database, procedure.name());
    if (!procedure.replace() && procedures.containsKey(key)) {
      throw new SqlErrorException(
          2714, 16, "There is already an object named '" + procedure.name() + "' in the database.");
    }
    procedures.put(key, procedure);
    modules.put(database, "P", procedure.name(), procedure.text());
  }

  boolean dropProcedure(String database, String name) {
    modules.remove(database, name);
    return procedures.remove(key(database, name)) != null;
  }

  /** CREATE TYPE … AS TABLE (…), or DROP TYPE. */
  void type(List<TsqlToken> words) {
    int as = 0;
    while (as < words.size() && !words.get(as).is("AS")) {
      as++;
    }
    String name = words.get(as - 1).lower();
    if (words.get(0).is("DROP")) {
      types.remove(words.get(words.size() - 1).lower());
    } else {
      types.put(name, words.subList(as + 2, words.size()));
    }
  }

  /** Columns of a table type with their parentheses, or null. */
  List<TsqlToken> type(String name) {
    return types.get(name.toLowerCase(Locale.ROOT));
  }

  private String key(String database, String name) {
    String[] parts = name.toLowerCase(Locale.ROOT).split("\\.", -1);
    String in = parts.length > 2 ? parts[0] : database;
    return in + "." + parts[parts.length - 1];
  }

  /** The batch, read once. */
  Tsql.Block parse(String text, boolean quotedIdentifiers) {
    String key = (quotedIdentifiers ? "1" : "0") + text;
    Tsql.Block known = parsed.get(key);
    if (known == null) {
      known = TsqlParser.parse(text, quotedIdentifiers);
      if (parsed.size() < MOST_PARSED) {
        parsed.put(key, known);
      }
    }
    return known;
  }

  @Override
  public void close() throws SQLException {
    try (Statement statement = keeper.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    }
  }
}
