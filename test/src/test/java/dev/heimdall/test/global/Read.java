package dev.heimdall.test.global;

/**
 * A client looked how many rows a client has. Moments are those of {@link System#nanoTime}.
 *
 * @param of whose rows, its own or another's
 * @param seen the number of the last row; 0 for none; -1 when it failed
 * @param error as the client got it; empty if answered
 */
record Read(int client, Region region, int of, long begun, long ended, int seen, String error) {
  boolean answered() {
    return error.isEmpty();
  }
}
