package dev.heimdall.engine.dialect.postgres.foreign;

import dev.heimdall.engine.foreign.ForeignFormat;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.PlaceholderText;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A statement in messages of PostgreSQL's protocol: a Query, or a Bind with what follows it. */
public final class PostgresForeignFormat implements ForeignFormat {
  private final String sql;
  private final List<Integer> types;
  private final List<Parameter> parameters;
  private final List<Integer> formats;
  private final Asked asked;
  private List<ForeignColumn> columns = List.of();

  /** Information that the client requests besides the rows. */
  public enum Asked {
    /** Of what kind rows are, as a Query is answered. */
    QUERY,
    /** The kind of rows, or that there are none: by a Describe of the portal. */
    PORTAL,
    /** The types of parameters too: by a Describe of the statement. */
    STATEMENT,
    /** Nothing. */
    ROWS
  }

  /**
   * @param sql the text, with {@code $1} and so on
   * @param types of the parameters as far as the client has given them, 0 where it has not
   * @param parameters their values
   * @param formats of the result's columns as Bind has them: none for text, one for all, or one
   *     each
   */
  public PostgresForeignFormat(
      String sql,
      List<Integer> types,
      List<Parameter> parameters,
      List<Integer> formats,
      Asked asked) {
    this.sql = sql;
    this.types = types;
    this.parameters = parameters;
    this.formats = formats;
    this.asked = asked;
  }

  /** A simple query. */
  public static PostgresForeignFormat query(String sql) {
    return new PostgresForeignFormat(sql, List.of(), List.of(), List.of(), Asked.QUERY);
  }

  @Override
  public String text() {
    return sql;
  }

  @Override
  public Optional<PlaceholderText> placed(SqlDialect there) {
    return PlaceholderText.of(sql, there);
  }

  @Override
  public int given() {
    return parameters.size();
  }

  @Override
  public void bind(PreparedStatement into, List<Integer> numbers) throws SQLException {
    ParameterBinding.bind(into, numbers, parameters);
  }

  @Override
  public void describe(int count, ResultSetMetaData of, ByteBuf out) throws SQLException {
    if (asked == Asked.STATEMENT) {
      parameters(Math.max(count, types.size()), out);
    }
    if (of == null) {
      PgWriter.empty(out, BackendType.NO_DATA);
    } else {
      columns(of);
      rowDescription(out);
    }
  }

  private void parameters(int count, ByteBuf out) {
    int start = PgWriter.begin(out, BackendType.PARAMETER_DESCRIPTION);
    out.writeShort(count);
    for (int i = 0; i < count; i++) {
      int type = i < types.size() ? types.get(i) : 0;
      out.writeInt(type == 0 ? ColumnType.TEXT.oid() : type);
    }
    PgWriter.end(out, start);
  }

  @Override
  public void begin(ResultSetMetaData of, ByteBuf out) throws SQLException {
    columns(of);
    if (asked != Asked.ROWS) {
      rowDescription(out);
    }
  }

  private void columns(ResultSetMetaData of) throws SQLException {
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

  private void rowDescription(ByteBuf out) {
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

  @Override
  public void row(ResultSet row, ByteBuf out) throws SQLException {
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
  }

  @Override
  public void noRows(ByteBuf out) {
    if (asked == Asked.PORTAL) {
      PgWriter.empty(out, BackendType.NO_DATA);
    }
  }

  @Override
  public void warning(ServerError warning, ByteBuf out) {
    ErrorMessage.encodeNotice(warning, out);
  }

  @Override
  public String toString() {
    return "a statement with " + parameters.size() + " parameters";
  }
}
