package dev.heimdall.engine.foreign;

import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Writes the messages of one reply into pieces of about the same size. */
final class ResultWriter implements AutoCloseable {
  private static final int PIECE = 16 * 1024;

  private final Receiver receiver;
  private ByteBuf piece;
  private List<ForeignColumn> columns = List.of();

  /** Who takes the pieces; taking one may block. */
  interface Receiver {
    ByteBuf buffer();

    void piece(ByteBuf consumed) throws SQLException;
  }

  ResultWriter(Receiver receiver) {
    this.receiver = receiver;
  }

  /** Where the next message goes. */
  ByteBuf out() {
    if (piece == null) {
      piece = receiver.buffer();
    }
    return piece;
  }

  /**
   * From here on rows have these columns.
   *
   * @param formats as Bind has them
   */
  void columns(ResultSetMetaData of, List<Integer> formats) throws SQLException {
    int count = of.getColumnCount();
    if (formats.size() > 1 && formats.size() != count) {
      throw new SQLException(
          "bind message has "
              + formats.size()
              + " result formats but query has "
              + count
              + " columns",
          "08P01");
    }
    List<ForeignColumn> found = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) {
      int format = formats.isEmpty() ? 0 : formats.get(formats.size() == 1 ? 0 : i - 1);
      ColumnType type = ColumnType.of(of, i);
      int bits = type == ColumnType.VARBIT ? of.getPrecision(i) : 0;
      found.add(new ForeignColumn(i, of.getColumnLabel(i), type, bits, format == 1));
    }
    columns = found;
  }

  void describe() {
    ByteBuf out = out();
    int start = PgWriter.begin(out, BackendType.ROW_DESCRIPTION);
    out.writeShort(columns.size());
    for (ForeignColumn column : columns) {
      PgWriter.string(out, column.name());
      out.writeInt(0).writeShort(0); // of no table that PostgreSQL knows
      out.writeInt(column.type().oid()).writeShort(column.type().size()).writeInt(-1);
      out.writeShort(column.binary() ? 1 : 0);
    }
    PgWriter.end(out, start);
  }

  void parameters(List<Integer> types, int count) {
    ByteBuf out = out();
    int start = PgWriter.begin(out, BackendType.PARAMETER_DESCRIPTION);
    out.writeShort(count);
    for (int i = 0; i < count; i++) {
      int type = i < types.size() ? types.get(i) : 0;
      out.writeInt(type == 0 ? ColumnType.TEXT.oid() : type);
    }
    PgWriter.end(out, start);
  }

  void noData() {
    PgWriter.empty(out(), BackendType.NO_DATA);
  }

  void row(ResultSet row) throws SQLException {
    ByteBuf out = out();
    int start = PgWriter.begin(out, BackendType.DATA_ROW);
    try {
      out.writeShort(columns.size());
      for (ForeignColumn column : columns) {
        column.write(out, row);
      }
    } catch (SQLException | RuntimeException e) {
      out.writerIndex(start); // only whole messages go
      throw e;
    }
    PgWriter.end(out, start);
    if (out.readableBytes() >= PIECE) {
      flush();
    }
  }

  /** Hands over what there is. */
  void flush() throws SQLException {
    if (piece != null && piece.isReadable()) {
      ByteBuf full = piece;
      piece = null;
      receiver.piece(full);
    }
  }

  @Override
  public void close() {
    if (piece != null) {
      piece.release();
      piece = null;
    }
  }
}
