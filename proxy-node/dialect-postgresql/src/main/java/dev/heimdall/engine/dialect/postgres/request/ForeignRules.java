package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.lease.Destinations;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.wire.ServerError;
import java.util.Locale;
import java.util.Set;

/**
 * Choice of a client's statements that go to data sources of other engines, with the reasons
 * against others.
 */
final class ForeignRules {
  private static final Set<String> UTF8 = Set.of("utf8", "utf-8", "unicode");

  private final Destinations destinations;
  private final SessionState carried;
  private final NextStatement next;

  ForeignRules(Destinations destinations, SessionState carried, NextStatement next) {
    this.destinations = destinations;
    this.carried = carried;
    this.next = next;
  }

  /** True if the judged statement goes to a data source of another engine. */
  boolean takes() {
    return destinations.foreign() != null && ForeignStatement.goes(next.effects());
  }

  /** Returns the reason that a statement cannot be executed there; null when it can. */
  ServerError refusal(StatementFacts facts, ForeignSource source) {
    ServerError refusal = ForeignStatement.refusal(facts, source);
    String encoding = carried.variables().get("client_encoding");
    return refusal == null && encoding != null && !UTF8.contains(encoding.toLowerCase(Locale.ROOT))
        ? ServerError.error(
            "0A000",
            "with the client_encoding "
                + encoding
                + " nothing can be forwarded to the data source \""
                + source.name()
                + "\"")
        : refusal;
  }
}
