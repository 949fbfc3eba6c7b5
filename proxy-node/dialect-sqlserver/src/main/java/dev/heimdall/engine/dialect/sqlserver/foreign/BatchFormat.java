package dev.heimdall.engine.dialect.sqlserver.foreign;

import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.sql.StandardText;
import dev.heimdall.engine.foreign.ForeignFormat;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PlaceholderText;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.sqlserver.TypedWriter;
import io.netty.buffer.ByteBuf;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A batch, or a call that runs a text. The DONE behind it is another's. */
public final class BatchFormat implements ForeignFormat {
  private final byte[] sql;
  private final LexerMode mode;
  private final GivenParameters parameters;
  private final SqlServerEncoder encoder;
  private List<ForeignColumn> columns = List.of();

  public BatchFormat(
      byte[] sql, LexerMode mode, GivenParameters parameters, SqlServerEncoder encoder) {
    this.sql = sql;
    this.mode = mode;
    this.parameters = parameters;
    this.encoder = encoder;
  }

  @Override
  public String text() throws SQLException {
    return StandardText.of(sql, mode)
        .orElseThrow(() -> new SQLException("the text cannot be read without its server", "42601"));
  }

  @Override
  public Optional<PlaceholderText> placed(SqlDialect there) {
    return StandardText.placed(sql, mode, parameters.names());
  }

  @Override
  public int given() {
    return parameters.count();
  }

  @Override
  public void bind(PreparedStatement into, List<Integer> numbers) throws SQLException {
    parameters.bind(into, numbers);
  }

  @Override
  public void describe(int parameters, ResultSetMetaData of, ByteBuf out) {
    throw new IllegalStateException("a text that is not prepared");
  }

  @Override
  public void begin(ResultSetMetaData of, ByteBuf out) throws SQLException {
    List<ForeignColumn> found = new ArrayList<>();
    for (int i = 1; i <= of.getColumnCount(); i++) {
      found.add(ForeignColumn.of(of, i));
    }
    columns = found;
    ByteBuf tokens = out.alloc().buffer(256);
    try {
      TypedWriter.columns(tokens, columns.size());
      columns.forEach(column -> column.define(tokens));
      encoder.piece(tokens, out);
    } finally {
      tokens.release();
    }
  }

  @Override
  public void row(ResultSet row, ByteBuf out) throws SQLException {
    ByteBuf tokens = out.alloc().buffer(256);
    try {
      TypedWriter.row(tokens);
      for (ForeignColumn column : columns) {
        column.write(tokens, row);
      }
      encoder.piece(tokens, out);
    } finally {
      tokens.release();
    }
  }

  @Override
  public void noRows(ByteBuf out) {}

  @Override
  public void warning(ServerError warning, ByteBuf out) {
    encoder.notice(warning, out);
  }

  @Override
  public String toString() {
    return "a batch";
  }
}
