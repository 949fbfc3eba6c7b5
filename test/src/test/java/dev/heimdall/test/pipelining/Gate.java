package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps reads on the server until it is opened: they wait for an advisory lock, by a function that
 * the catalogue takes for a plain read.
 */
final class Gate implements AutoCloseable {
  /**
   * Declared otherwise than it is, so that it may stand in a shared pipeline: {@link #believed}.
   */
  static final String WAIT =
      "CREATE OR REPLACE FUNCTION pipe_wait(bigint) RETURNS void IMMUTABLE"
          + " LANGUAGE internal AS 'pg_advisory_xact_lock_shared_int8'";

  static final String READ =
      "CREATE OR REPLACE FUNCTION pipe_gate(gate bigint, answer text) RETURNS text STABLE"
          + " LANGUAGE plpgsql AS 'BEGIN PERFORM pipe_wait(gate); RETURN answer; END'";

  /** Hands a function to an extension, so that the catalogue takes it for what it is declared. */
  static String believed(String signature) {
    return "DO $$ BEGIN ALTER EXTENSION plpgsql ADD FUNCTION "
        + signature
        + "; EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END $$";
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger(7_000_000);

  private final RawClient keeper;
  private final int number = NUMBERS.incrementAndGet();

  private Gate(Target server) throws IOException {
    keeper = RawClient.logIn(server);
    keeper.value("SELECT pg_advisory_lock(" + number + ")");
  }

  /** A gate on the shared primary. */
  static Gate shut() throws IOException {
    return new Gate(SharedPostgres.target());
  }

  /** A gate on another server. */
  static Gate shut(Target server) throws IOException {
    return new Gate(server);
  }

  /** A read that is answered when the gate is open. */
  String read(String answer) {
    return "SELECT pipe_gate(%d, '%s') /* shared */".formatted(number, answer);
  }

  void open() throws IOException {
    keeper.close();
  }

  @Override
  public void close() throws IOException {
    open();
  }
}
