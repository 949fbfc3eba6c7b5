package dev.heimdall.engine.dialect.mysql.foreign;

import dev.heimdall.engine.dialect.mysql.answer.PreparedAnswer;
import dev.heimdall.engine.dialect.mysql.sql.StandardText;
import dev.heimdall.engine.foreign.ForeignFormat;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PlaceholderText;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.BinaryValue;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A command of MySQL's protocol: a text, an execution of a prepared statement, or its preparation.
 * The packet that ends the answer is another's: {@link #sequence} is its number.
 */
public final class MysqlForeignFormat implements ForeignFormat {
  private static final int BINARY_ROW = 0;
  private static final int RESERVED_NULLS = 2;

  private final byte[] sql;
  private final LexerMode lexerMode;
  private final List<Object> values;
  private final int id;
  private final boolean binary;
  private final AgreedCapabilities agreed;
  private final int status;
  private List<ForeignColumn> columns = List.of();
  private int next = 1;
  private int parameters;

  private MysqlForeignFormat(
      byte[] sql,
      LexerMode lexerMode,
      List<Object> values,
      int id,
      boolean binary,
      AgreedCapabilities agreed,
      int status) {
    this.sql = sql;
    this.lexerMode = lexerMode;
    this.values = values;
    this.id = id;
    this.binary = binary;
    this.agreed = agreed;
    this.status = status;
  }

  /**
   * A text.
   *
   * @param status for packets that say where the session stands
   */
  public static MysqlForeignFormat query(
      byte[] sql, LexerMode lexerMode, AgreedCapabilities agreed, int status) {
    return new MysqlForeignFormat(sql, lexerMode, List.of(), 0, false, agreed, status);
  }

  /**
   * An execution.
   *
   * @param values a text, a number, bytes or null for each parameter
   */
  public static MysqlForeignFormat execution(
      byte[] sql, LexerMode lexerMode, List<Object> values, AgreedCapabilities agreed, int status) {
    return new MysqlForeignFormat(sql, lexerMode, values, 0, true, agreed, status);
  }

  /**
   * A preparation.
   *
   * @param id what the client is to call the statement
   */
  public static MysqlForeignFormat preparation(
      byte[] sql, LexerMode lexerMode, int id, AgreedCapabilities agreed, int status) {
    return new MysqlForeignFormat(sql, lexerMode, List.of(), id, true, agreed, status);
  }

  /** The number of the packet that comes behind what was appended. */
  public int sequence() {
    return next;
  }

  /** Number of parameters of the prepared statement. */
  public int parameters() {
    return parameters;
  }

  @Override
  public String text() throws SQLException {
    return StandardText.of(sql, lexerMode)
        .orElseThrow(() -> new SQLException("the text cannot be read without its server", "42601"))
        .text();
  }

  @Override
  public Optional<PlaceholderText> placed(SqlDialect there) {
    return StandardText.of(sql, lexerMode);
  }

  @Override
  public int given() {
    return values.size();
  }

  /** Without types: what stands around a parameter says what it is. */
  @Override
  public void bind(PreparedStatement into, List<Integer> numbers) throws SQLException {
    for (int i = 0; i < numbers.size(); i++) {
      Object value = values.get(numbers.get(i) - 1);
      if (value instanceof byte[] bytes) {
        into.setBytes(i + 1, bytes);
      } else if (value == null) {
        into.setNull(i + 1, Types.NULL);
      } else {
        Object text = value instanceof Number number ? BinaryValue.plain(number) : value;
        into.setObject(i + 1, text, Types.OTHER);
      }
    }
  }

  @Override
  public void describe(int count, ResultSetMetaData of, ByteBuf out) throws SQLException {
    parameters = count;
    columns(of);
    next = PreparedAnswer.write(out, next, id, columns.size(), count, agreed, status);
    if (!columns.isEmpty()) {
      definitions(out);
    }
  }

  private void columns(ResultSetMetaData of) throws SQLException {
    int count = of == null ? 0 : of.getColumnCount();
    List<ForeignColumn> found = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) {
      found.add(ForeignColumn.of(of, i));
    }
    columns = found;
  }

  private void definitions(ByteBuf out) {
    for (ForeignColumn column : columns) {
      column.define(out, next);
      next = next + 1 & 0xFF;
    }
    endOfDefinitions(out);
  }

  private void endOfDefinitions(ByteBuf out) {
    if (!agreed.deprecatesEof()) {
      EofPacket.write(out, next, 0, status);
      next = next + 1 & 0xFF;
    }
  }

  @Override
  public void begin(ResultSetMetaData of, ByteBuf out) throws SQLException {
    columns(of);
    int at = Packet.begin(out, next);
    if (agreed.has(Capability.OPTIONAL_RESULTSET_METADATA)) {
      out.writeByte(PreparedAnswer.METADATA_FOLLOWS);
    }
    LengthEncoded.write(out, columns.size());
    next = Payload.end(out, at);
    definitions(out);
  }

  @Override
  public void row(ResultSet row, ByteBuf out) throws SQLException {
    int at = Packet.begin(out, next);
    try {
      if (binary) {
        binaryRow(row, out);
      } else {
        for (ForeignColumn column : columns) {
          if (!column.write(out, row, false)) {
            out.writeByte(LengthEncoded.NULL);
          }
        }
      }
    } catch (SQLException | RuntimeException e) {
      out.writerIndex(at); // only whole packets go
      throw e;
    }
    next = Payload.end(out, at);
  }

  private void binaryRow(ResultSet row, ByteBuf out) throws SQLException {
    out.writeByte(BINARY_ROW);
    int nulls = out.writerIndex();
    out.writeZero((columns.size() + RESERVED_NULLS + 7) / 8);
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).write(out, row, true)) {
        int bit = i + RESERVED_NULLS;
        int place = nulls + bit / 8;
        out.setByte(place, out.getByte(place) | 1 << bit % 8);
      }
    }
  }

  @Override
  public void noRows(ByteBuf out) {}

  /** Clients ask for warnings, where the data source is not asked for them. */
  @Override
  public void warning(ServerError warning, ByteBuf out) {}

  @Override
  public String toString() {
    return "a statement with " + values.size() + " parameters";
  }
}
