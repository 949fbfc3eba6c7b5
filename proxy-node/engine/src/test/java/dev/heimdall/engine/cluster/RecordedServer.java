package dev.heimdall.engine.cluster;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What servers answer that cannot run here: rows as they were recorded, by a part of the statement
 * that asks for them.
 */
public final class RecordedServer {
  private final String version;
  private final Map<String, List<Map<String, Object>>> answers = new LinkedHashMap<>();

  public RecordedServer(String version) {
    this.version = version;
  }

  /** One more row; to be called without pairs for a result without rows. */
  public RecordedServer answer(String part, Object... namesAndValues) {
    List<Map<String, Object>> rows = answers.computeIfAbsent(part, p -> new ArrayList<>());
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.put(((String) namesAndValues[i]).toLowerCase(Locale.ROOT), namesAndValues[i + 1]);
    }
    if (!row.isEmpty()) {
      rows.add(row);
    }
    return this;
  }

  /** What it answered before is forgotten. */
  public RecordedServer forget(String part) {
    answers.remove(part);
    return this;
  }

  public Connection connection() {
    DatabaseMetaData about = proxy(DatabaseMetaData.class, (self, method, given) -> version);
    return proxy(
        Connection.class,
        (self, method, given) ->
            switch (method.getName()) {
              case "getMetaData" -> about;
              case "isClosed" -> false;
              default -> proxy(Statement.class, this::asked);
            });
  }

  private Object asked(Object self, Method method, Object[] given) throws SQLException {
    if (!method.getName().equals("executeQuery")) {
      return null;
    }
    String sql = (String) given[0];
    for (Map.Entry<String, List<Map<String, Object>>> answer : answers.entrySet()) {
      if (sql.contains(answer.getKey())) {
        return proxy(ResultSet.class, new Rows(answer.getValue()));
      }
    }
    throw new SQLException("was not recorded: " + sql, "HY000", 1);
  }

  private static final class Rows implements InvocationHandler {
    private final List<Map<String, Object>> rows;
    private int at = -1;
    private Object last;

    Rows(List<Map<String, Object>> rows) {
      this.rows = rows;
    }

    @Override
    public Object invoke(Object self, Method method, Object[] given) throws SQLException {
      switch (method.getName()) {
        case "next" -> {
          return ++at < rows.size();
        }
        case "wasNull" -> {
          return last == null;
        }
        case "close" -> {
          return null;
        }
        default -> {
          last = value(given[0]);
          String text = last == null ? null : last.toString();
          return switch (method.getName()) {
            case "getString" -> text;
            case "getBoolean" -> text != null && !text.equals("0");
            case "getInt" -> text == null ? 0 : Integer.parseInt(text);
            case "getLong" -> text == null ? 0L : Long.parseLong(text);
            default -> throw new SQLException(method.toString());
          };
        }
      }
    }

    private Object value(Object column) throws SQLException {
      Map<String, Object> row = rows.get(at);
      if (column instanceof Integer number) {
        return new ArrayList<>(row.values()).get(number - 1);
      }
      String name = ((String) column).toLowerCase(Locale.ROOT);
      if (!row.containsKey(name)) {
        throw new SQLException("there is no column " + column);
      }
      return row.get(name);
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
