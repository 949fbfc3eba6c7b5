package dev.heimdall.engine.cluster;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.util.Optional;

/** What PostgreSQL's servers are called and said to be; none of them is asked. */
record Words(boolean timelines) implements Prober {
  @Override
  public String readOnlyBy() {
    return "default_transaction_read_only";
  }

  @Override
  public String timelineUntold() {
    return "the user of the probes needs pg_monitor";
  }

  @Override
  public ProbedServer open(
      DataSource server, Optional<String> database, SourceConnections connections) {
    throw new UnsupportedOperationException("nobody is asked");
  }
}
