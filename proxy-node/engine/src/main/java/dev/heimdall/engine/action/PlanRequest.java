package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import java.util.List;

/**
 * A statement whose plan is asked for.
 *
 * @param origin whose it is
 * @param high the upper half of its fingerprint
 * @param low the lower half
 * @param averageMicros how long its pattern takes on average, in µs; -1 when that is not known
 * @param sql the text
 * @param dialect how texts are read
 * @param lexerMode how its session has texts cut into tokens
 * @param types the numbers of the types that the client gave to the first parameters, 0 for none
 * @param facts what it does
 */
public record PlanRequest(
    StatementOrigin origin,
    long high,
    long low,
    long averageMicros,
    String sql,
    SqlDialect dialect,
    LexerMode lexerMode,
    List<Integer> types,
    Statement facts) {
  public PlanRequest {
    types = List.copyOf(types);
  }

  @Override
  public String toString() {
    return "a statement of " + origin;
  }
}
