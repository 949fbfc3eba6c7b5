package dev.heimdall.test.tds;

import java.io.IOException;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.h2.api.Trigger;

/** The engine's trigger on each table of a group: notes rows for the session that writes them. */
public final class RowCapture implements Trigger {
  /** Changes of the session whose thread this is; none for what redoes the log. */
  static final ThreadLocal<List<GroupLog.Change>> OF_SESSION = new ThreadLocal<>();

  private String schema;
  private String table;

  @Override
  public void init(
      Connection connection, String in, String name, String of, boolean before, int type) {
    schema = in;
    table = of;
  }

  @Override
  public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
    List<GroupLog.Change> changes = OF_SESSION.get();
    if (changes != null) {
      changes.add(new GroupLog.Row(schema, table, plain(before), plain(after)));
    }
  }

  private static Object[] plain(Object[] row) throws SQLException {
    if (row == null) {
      return null;
    }
    Object[] values = row.clone();
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof Clob clob) {
        values[i] = clob.getSubString(1, (int) clob.length());
      } else if (values[i] instanceof Blob blob) {
        try {
          values[i] = blob.getBinaryStream().readAllBytes();
        } catch (IOException e) {
          throw new SQLException(e);
        }
      }
    }
    return values;
  }
}
