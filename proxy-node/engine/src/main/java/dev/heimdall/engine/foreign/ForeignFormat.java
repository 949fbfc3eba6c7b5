package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.PlaceholderText;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * One statement as its client's protocol spells it: the text, the values that go with it, and what
 * is answered. Used by one thread of the data source's, in the order of the answer; only whole
 * messages are appended.
 */
public interface ForeignFormat {
  /** The text as a statement without parameters has it there. */
  String text() throws SQLException;

  /**
   * The text with question marks where the parameters are.
   *
   * @param there how the data source reads texts
   * @return empty where it cannot be read
   */
  Optional<PlaceholderText> placed(SqlDialect there);

  /** Number of parameters that have a value. */
  int given();

  /**
   * Gives the statement these values.
   *
   * @param numbers for each question mark the number of its parameter, from 1
   */
  void bind(PreparedStatement into, List<Integer> numbers) throws SQLException;

  /**
   * Appends what the statement takes and gives.
   *
   * @param columns null where it gives no rows
   */
  void describe(int parameters, ResultSetMetaData columns, ByteBuf out) throws SQLException;

  /** Appends what comes ahead of rows with these columns. */
  void begin(ResultSetMetaData columns, ByteBuf out) throws SQLException;

  /** Appends the row that the result stands at. */
  void row(ResultSet row, ByteBuf out) throws SQLException;

  /** Appends what is said ahead of the end where there are no rows. */
  void noRows(ByteBuf out);

  void warning(ServerError warning, ByteBuf out);
}
