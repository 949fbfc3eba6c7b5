package dev.heimdall.engine.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Results of the console in the form of PostgreSQL's protocol, version 3. */
public final class AdminReply {
  private static final short TEXT = 0;
  private static final short BINARY = 1;

  private AdminReply() {}

  /**
   * Appends everything but ReadyForQuery: a RowDescription if wanted, the rows in text form, and
   * CommandComplete, EmptyQueryResponse or ErrorResponse.
   *
   * @param described whether a RowDescription precedes the rows, as in the simple protocol
   */
  public static void result(ByteBuf out, AdminResult result, boolean described) {
    if (result instanceof AdminResult.Rows rows) {
      if (described) {
        rowDescription(out, rows.columns(), new short[0]);
      }
      for (List<String> row : rows.rows()) {
        dataRow(out, rows.columns(), row, new short[0]);
      }
      commandComplete(out, rows.tag());
    } else if (result instanceof AdminResult.Done done) {
      commandComplete(out, done.tag());
    } else if (result instanceof AdminResult.Failed failed) {
      error(out, "ERROR", failed);
    } else {
      empty(out, 'I');
    }
  }

  /**
   * Appends a RowDescription.
   *
   * @param formats as in Bind: none for text, one for all columns, or one for each
   */
  public static void rowDescription(ByteBuf out, List<AdminColumn> columns, short[] formats) {
    int start = begin(out, 'T');
    out.writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      AdminColumn column = columns.get(i);
      string(out, column.name());
      out.writeInt(0).writeShort(0); // of no table
      out.writeInt(column.type().oid()).writeShort(column.type().size()).writeInt(-1);
      out.writeShort(format(formats, i));
    }
    end(out, start);
  }

  static void dataRow(ByteBuf out, List<AdminColumn> columns, List<String> row, short[] formats) {
    int start = begin(out, 'D');
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
    end(out, start);
  }

  static void commandComplete(ByteBuf out, String tag) {
    int start = begin(out, 'C');
    string(out, tag);
    end(out, start);
  }

  static void error(ByteBuf out, String severity, AdminResult.Failed failed) {
    int start = begin(out, 'E');
    field(out, 'S', severity);
    field(out, 'V', severity);
    field(out, 'C', failed.sqlstate());
    field(out, 'M', failed.message());
    if (failed.hint() != null) {
      field(out, 'H', failed.hint());
    }
    out.writeByte(0);
    end(out, start);
  }

  static void parameterDescription(ByteBuf out) {
    int start = begin(out, 't');
    out.writeShort(0);
    end(out, start);
  }

  static void ready(ByteBuf out, char status) {
    int start = begin(out, 'Z');
    out.writeByte(status);
    end(out, start);
  }

  /** Appends a message that is nothing but its type. */
  static void empty(ByteBuf out, char type) {
    end(out, begin(out, type));
  }

  private static short format(short[] formats, int column) {
    if (formats.length == 0) {
      return TEXT;
    }
    return formats.length == 1 ? formats[0] : formats[column];
  }

  private static void binary(ByteBuf out, AdminColumn.Type type, String value) {
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

  private static void field(ByteBuf out, char code, String value) {
    out.writeByte(code);
    string(out, value);
  }

  /** A zero byte inside would end the string early and shift what follows. */
  private static void string(ByteBuf out, String value) {
    out.writeCharSequence(value.replace('\0', '?'), StandardCharsets.UTF_8);
    out.writeByte(0);
  }

  private static int begin(ByteBuf out, char type) {
    int start = out.writerIndex();
    out.writeByte(type).writeInt(0);
    return start;
  }

  private static void end(ByteBuf out, int start) {
    out.setInt(start + 1, out.writerIndex() - start - 1);
  }
}
