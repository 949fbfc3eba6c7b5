package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.sql.SQLException;

/** One server that can be asked what it is, on any thread that may wait. */
public interface ProbedServer extends AutoCloseable {
  /**
   * @param members whether it is to name the others too
   */
  NodeReport ask(boolean members) throws SQLException;

  /**
   * How far it has written by now, as the writer: whatever was committed before the call is within
   * that.
   */
  Position written() throws SQLException;

  /** Ends connections to it. May take a moment. */
  @Override
  void close();
}
