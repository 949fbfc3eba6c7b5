package dev.heimdall.test.global;

/**
 * A client that was connected all the time and did nothing, and what it was answered at the end.
 *
 * @param error empty if it was answered by the session that it began with
 */
record Idle(int client, Region region, String error) {
  boolean dropped() {
    return !error.isEmpty();
  }
}
