package dev.heimdall.engine.dialect.postgres.answer;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/** The node's own answers in the form of PostgreSQL's protocol, version 3. */
public final class AnswerWriter {
  private static final short TEXT = 0;
  private static final short BINARY = 1;

  private AnswerWriter() {}

  /**
   * Appends everything but ReadyForQuery: a RowDescription if wanted, the rows in text form, and
   * CommandComplete, EmptyQueryResponse or ErrorResponse.
   *
   * @param described whether a RowDescription precedes the rows, as in the simple protocol
   */
  public static void answer(ByteBuf out, Answer answer, boolean described) {
    if (answer instanceof Answer.Rows rows) {
      if (described) {
        rowDescription(out, rows.columns(), new short[0]);
      }
      for (List<String> row : rows.rows()) {
        dataRow(out, rows.columns(), row, new short[0]);
      }
      PgWriter.commandComplete(out, rows.tag());
    } else if (answer instanceof Answer.Done done) {
      PgWriter.commandComplete(out, done.tag());
    } else if (answer instanceof Answer.Failed failed) {
      ErrorMessage.encode(failed.error(), out);
    } else {
      PgWriter.empty(out, BackendType.EMPTY_QUERY);
    }
  }

  /**
   * Appends a RowDescription.
   *
   * @param formats as in Bind: none for text, one for all columns, or one for each
   */
  public static void rowDescription(ByteBuf out, List<Column> columns, short[] formats) {
    int start = PgWriter.begin(out, BackendType.ROW_DESCRIPTION);
    out.writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      PgWriter.string(out, column.name());
      out.writeInt(0).writeShort(0); // of no table
      out.writeInt(oid(column.type())).writeShort(size(column.type())).writeInt(-1);
      out.writeShort(format(formats, i));
    }
    PgWriter.end(out, start);
  }

  /** Appends a DataRow. */
  public static void dataRow(ByteBuf out, List<Column> columns, List<String> row, short[] formats) {
    int start = PgWriter.begin(out, BackendType.DATA_ROW);
    out.writeShort(row.size());
    for (int i = 0; i < row.size(); i++) {
      String value = row.get(i);
      if (value == null) {
        out.writeInt(-1);
      } else if (format(formats, i) == BINARY) {
        binary(out, columns.get(i).type(), value);
      } else {
        text(out, value);
      }
    }
    PgWriter.end(out, start);
  }

  private static int oid(Column.Type type) {
    return switch (type) {
      case BOOL -> 16;
      case INT8 -> 20;
      case INT4 -> 23;
      case TEXT -> 25;
      case FLOAT8 -> 701;
    };
  }

  /** In bytes; -1 where it varies. */
  private static int size(Column.Type type) {
    return switch (type) {
      case BOOL -> 1;
      case INT4 -> 4;
      case INT8, FLOAT8 -> 8;
      case TEXT -> -1;
    };
  }

  private static short format(short[] formats, int column) {
    if (formats.length == 0) {
      return TEXT;
    }
    return formats.length == 1 ? formats[0] : formats[column];
  }

  private static void binary(ByteBuf out, Column.Type type, String value) {
    switch (type) {
      case BOOL -> out.writeInt(1).writeByte(value.equals("t") ? 1 : 0);
      case INT4 -> out.writeInt(4).writeInt(Integer.parseInt(value));
      case INT8 -> out.writeInt(8).writeLong(Long.parseLong(value));
      case FLOAT8 -> out.writeInt(8).writeDouble(Double.parseDouble(value));
      case TEXT -> text(out, value);
    }
  }

  private static void text(ByteBuf out, String value) {
    int at = out.writerIndex();
    out.writeInt(0);
    out.setInt(at, ByteBufUtil.writeUtf8(out, value));
  }
}
