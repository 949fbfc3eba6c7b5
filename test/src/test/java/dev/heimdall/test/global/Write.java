package dev.heimdall.test.global;

/**
 * A row that a client wrote, tried once. Moments are those of {@link System#nanoTime}.
 *
 * @param n the client's first row is 1, each after that one more
 * @param region whose node it was sent to
 * @param server the instance that took it; empty unless acknowledged
 * @param timeline of that server
 * @param error as the client got it; empty if acknowledged
 */
record Write(
    int client,
    int n,
    Region region,
    long begun,
    long ended,
    Outcome outcome,
    String server,
    int timeline,
    String error) {

  /** What the client knows of it. */
  enum Outcome {
    ACKNOWLEDGED,
    /** It was not carried out, and could not have been: the error says so. */
    REFUSED,
    /** It may have been carried out or not. */
    UNKNOWN
  }

  boolean acknowledged() {
    return outcome == Outcome.ACKNOWLEDGED;
  }

  Key key() {
    return new Key(client, n);
  }

  /** Whose row, and which. */
  record Key(int client, int n) {
    @Override
    public String toString() {
      return client + "/" + n;
    }
  }
}
