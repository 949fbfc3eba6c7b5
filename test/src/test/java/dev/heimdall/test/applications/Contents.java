package dev.heimdall.test.applications;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** All that an application has stored, read straight from the primary. */
final class Contents {
  private Contents() {}

  /** The rows of all tables, a heading for each table. */
  static Transcript of(Stage stage, Transcript contents) throws SQLException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement()) {
      String quote = connection.getMetaData().getIdentifierQuoteString();
      List<String[]> tables = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT table_schema, table_name FROM information_schema.tables WHERE "
                  + stage.ownTables()
                  + " AND table_type = 'BASE TABLE' ORDER BY 1, 2")) {
        while (rows.next()) {
          tables.add(new String[] {rows.getString(1), rows.getString(2)});
        }
      }
      for (String[] table : tables) {
        String name = quote + table[0] + quote + "." + quote + table[1] + quote;
        try (ResultSet rows = statement.executeQuery("SELECT * FROM " + name)) {
          contents.add("table " + table[1], texts(rows));
        }
      }
    }
    return contents;
  }

  /** Each value is a line of its own, with its column, so that one that changes hides no other. */
  private static List<String> texts(ResultSet rows) throws SQLException {
    List<String> texts = new ArrayList<>();
    int columns = rows.getMetaData().getColumnCount();
    int count = 0;
    while (rows.next()) {
      count++;
      for (int i = 1; i <= columns; i++) {
        texts.add(rows.getMetaData().getColumnName(i) + ": " + rows.getString(i));
      }
    }
    texts.add("rows: " + count);
    return texts;
  }
}
