package dev.heimdall.test.tds;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of a bulk load, MS-TDS 2.2.6.1, for the table that INSERT BULK named. */
final class BulkLoad {
  private static final int COLUMNS = 0x81;
  private static final int ROW = 0xD1;
  private static final int NULLS_ROW = 0xD2;
  private static final int INSERT = 0xC3;

  private BulkLoad() {}

  static void run(TdsSession session, byte[] message) {
    String table = session.bulkTable;
    session.bulkTable = null;
    WireReader in = new WireReader(message);
    if (table == null || !in.more() || in.u8() != COLUMNS) {
      session.results.done(INSERT, 0, false);
      return;
    }
    boolean wide = session.results.tokens().wide();
    List<TypeInfo> types = new ArrayList<>();
    List<String> names = new ArrayList<>();
    columns(in, wide, types, names);
    String columns = names.stream().map(QueryRewriter::quoted).collect(Collectors.joining(", "));
    String marks = names.stream().map(name -> "?").collect(Collectors.joining(", "));
    String sql = "INSERT INTO " + table + " (" + columns + ") VALUES (" + marks + ")";
    int count = 0;
    int before = session.changes().size();
    boolean done = false;
    try {
      session.beginStatement(sql);
      PreparedStatement insert = session.prepare(sql);
      // FreeTDS ends its rows without DONE.
      while (in.more() && (in.peek() == ROW || in.peek() == NULLS_ROW)) {
        row(in, types, insert);
        insert.addBatch();
        count++;
      }
      insert.executeBatch();
      session.endStatement(sql, List.of());
      done = true;
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    } finally {
      if (!done) {
        undo(session, before);
      }
    }
    session.rowCount = count;
    session.results.done(INSERT, count, false);
  }

  private static void undo(TdsSession session, int before) {
    try {
      session.failStatement(before);
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  private static void row(WireReader in, List<TypeInfo> types, PreparedStatement insert)
      throws SQLException {
    boolean bitmap = in.u8() == NULLS_ROW;
    byte[] nulls = bitmap ? in.bytes((types.size() + 7) / 8) : new byte[types.size()];
    for (int i = 0; i < types.size(); i++) {
      boolean none = bitmap && (nulls[i / 8] >> i % 8 & 1) != 0;
      insert.setObject(i + 1, none ? null : Values.readColumn(in, types.get(i)));
    }
  }

  private static void columns(
      WireReader in, boolean wide, List<TypeInfo> types, List<String> names) {
    int count = in.u16();
    for (int i = 0; i < count; i++) {
      in.bytes(wide ? 6 : 4);
      TypeInfo type = TypeInfo.read(in);
      if (type.isLargeOld()) {
        int parts = wide ? in.u8() : 1;
        for (int part = 0; part < parts; part++) {
          in.text();
        }
      }
      types.add(type);
      names.add(in.shortText());
    }
  }
}
