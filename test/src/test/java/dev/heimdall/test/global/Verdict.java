package dev.heimdall.test.global;

import java.util.List;

/**
 * What the checker found in a history; lists are empty where all is well.
 *
 * @param gone acknowledged, and neither in the database nor in what replication had not carried
 * @param tail acknowledged, and lost with a writer whose region was lost before they were
 *     replicated
 * @param twice rows that are there more than once
 * @param refused rows that are there although their client was told that they were not written
 * @param secondWriter acknowledged by a server after another one had taken its place
 * @param stale reads that missed a write that they had to see
 * @param dropped idle clients whose session did not last
 */
record Verdict(
    List<Write> gone,
    List<Write> tail,
    List<Write.Key> twice,
    List<Write> refused,
    List<Write> secondWriter,
    List<Read> stale,
    List<Idle> dropped) {

  /** Whether nothing is wrong; of what replication had not carried nobody is to blame. */
  boolean well() {
    return gone.isEmpty()
        && twice.isEmpty()
        && refused.isEmpty()
        && secondWriter.isEmpty()
        && stale.isEmpty()
        && dropped.isEmpty();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    part(text, "acknowledged and gone", gone);
    part(text, "acknowledged and lost before replication", tail);
    part(text, "written twice", twice);
    part(text, "refused, but written", refused);
    part(text, "taken by a second writer", secondWriter);
    part(text, "read too old", stale);
    part(text, "idle clients dropped", dropped);
    return text.toString();
  }

  private static void part(StringBuilder text, String what, List<?> found) {
    text.append(what).append(": ").append(found.size());
    found.stream().limit(5).forEach(one -> text.append("\n    ").append(one));
    text.append('\n');
  }
}
