package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat;
import dev.heimdall.engine.dialect.postgres.foreign.PostgresForeignFormat.Asked;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.foreign.ForeignStatement.Want;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.List;

/**
 * A prepared statement with its parameters, for a data source of another engine.
 *
 * @param tag what its Execute is answered with if a rule says so; else null
 */
record ForeignPortal(
    String sql,
    StatementFacts facts,
    List<Integer> types,
    List<Parameter> parameters,
    List<Integer> formats,
    String tag) {
  private static final int OF_PORTAL = 200;
  private static final long OF_PARAMETER = 50;

  /** About how many bytes it takes in memory. */
  long weight() {
    long weight = OF_PORTAL + sql.length() + OF_PARAMETER * parameters.size();
    for (Parameter parameter : parameters) {
      weight += parameter.length();
    }
    return weight;
  }

  ForeignStatement execution(String database, boolean described, int maxRows) {
    return asked(Want.PREPARED, described ? Asked.PORTAL : Asked.ROWS, database, maxRows);
  }

  ForeignStatement description(String database) {
    return asked(Want.DESCRIPTION, Asked.PORTAL, database, 0);
  }

  private ForeignStatement asked(Want want, Asked asked, String database, int maxRows) {
    return new ForeignStatement(
        want,
        facts.kind(),
        new PostgresForeignFormat(sql, types, parameters, formats, asked),
        database,
        maxRows);
  }

  @Override
  public String toString() {
    return "a portal with " + parameters.size() + " parameters";
  }
}
