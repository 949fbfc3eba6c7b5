package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.sql.SQLException;

/** One server that can be asked what it is, on any thread that may wait. */
public interface ProbedServer extends AutoCloseable {
  /**
   * @param members whether it is to name the others too
   */
  NodeReport ask(boolean members) throws SQLException;

  /** Queries the server, with notice of the query's progress. */
  default NodeReport ask(boolean members, Progress progress) throws SQLException {
    progress.sent();
    return ask(members);
  }

  /**
   * Position that it has written by now, as the writer: all that was committed before the call is
   * within it.
   */
  Position written() throws SQLException;

  /** Ends connections to it. May take a moment. */
  @Override
  void close();

  /** Hears how far a question has come, on the thread that asks it. */
  interface Progress {
    /** It goes to the server over a connection that is there: nothing but the answer is awaited. */
    void sent();

    /** A part of the question is answered, and the next one goes to the server. */
    void next();

    /** A connection has to be made for it first, which takes several round trips. */
    void connecting();
  }
}
