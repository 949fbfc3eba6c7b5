package dev.heimdall.engine.auth;

/**
 * Kinds of secrets of the users that were looked up in the database. Those whom it does not know
 * are asked for the same, so that it cannot be told who exists.
 *
 * @param md5 whether any of them had an MD5 hash
 * @param scram whether any of them had a SCRAM verifier
 * @param iterations of the last SCRAM verifier; 0 where there was none
 */
public record FoundUsers(boolean md5, boolean scram, int iterations) {
  public static final FoundUsers NONE = new FoundUsers(false, false, 0);

  /** With one more who had an MD5 hash. */
  public FoundUsers withMd5() {
    return new FoundUsers(true, scram, iterations);
  }

  /** With one more who had this SCRAM verifier. */
  public FoundUsers with(ScramVerifier verifier) {
    return new FoundUsers(md5, true, verifier.iterations());
  }
}
