package dev.heimdall.test.race;

import com.mysql.cj.jdbc.JdbcStatement;
import dev.heimdall.test.race.DrawnSchema.Column;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** Rows that a client sends behind its statement: COPY FROM STDIN, LOAD DATA LOCAL. */
final class StreamedRows {
  private static final String NULL = "\\N";

  private StreamedRows() {}

  /** One row or more, a line each. */
  static String drawn(Dice dice, List<Column> columns) {
    StringBuilder lines = new StringBuilder();
    do {
      lines
          .append(
              columns.stream()
                  .map(column -> dice.oneIn(16) ? NULL : text(column.kind(), dice))
                  .collect(Collectors.joining("\t")))
          .append('\n');
    } while (dice.oneIn(3));
    return lines.toString();
  }

  private static String text(ColumnKind kind, Dice dice) {
    return kind.plain(dice).replaceAll("^b?'|'$", "");
  }

  static String statement(boolean postgres, String table, List<Column> columns, String conflicts) {
    return postgres
        ? "COPY " + table + " (" + DrawnSchema.names(columns) + ") FROM STDIN"
        : "LOAD DATA LOCAL INFILE 'rows' %sINTO TABLE %s CHARACTER SET utf8mb4 (%s)"
            .formatted(conflicts, table, DrawnSchema.names(columns));
  }

  static void send(Connection at, String sql, String rows) throws SQLException {
    byte[] bytes = rows.getBytes(StandardCharsets.UTF_8);
    if (at.isWrapperFor(PGConnection.class)) {
      try {
        at.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new ByteArrayInputStream(bytes));
      } catch (IOException e) {
        throw new SQLException(e);
      }
      return;
    }
    try (Statement statement = at.createStatement()) {
      statement
          .unwrap(JdbcStatement.class)
          .setLocalInfileInputStream(new ByteArrayInputStream(bytes));
      statement.execute(sql);
    }
  }
}
