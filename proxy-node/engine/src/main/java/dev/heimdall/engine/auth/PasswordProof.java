package dev.heimdall.engine.auth;

/**
 * What a client sends in place of its password, in the way of some protocol: a hash of it and of a
 * challenge, say.
 */
public interface PasswordProof {
  /**
   * Whether a wrong one is the end of the log-in. If not, its client may still send the password.
   */
  default boolean decides() {
    return true;
  }

  /**
   * Whether it was made with this password. Takes as long whether it was or not.
   *
   * @param password in UTF-8; not kept
   */
  boolean isOf(byte[] password);

  /**
   * Whether {@link #isOfHash} can tell by this hash, which is all that is known of a password.
   *
   * @param hash as an engine keeps it
   */
  default boolean judges(String hash) {
    return false;
  }

  /** Whether it was made with the password of this hash, which it {@link #judges}. */
  default boolean isOfHash(String hash) {
    return false;
  }

  /** Whether {@link #atServer} lets its client in at the servers of this virtual database. */
  default boolean opensServers() {
    return false;
  }

  /**
   * What lets its client in at a server that keeps the same hash.
   *
   * @param hash one that it {@link #isOfHash is of}
   */
  default ServerCredential atServer(String user, String hash) {
    return ServerCredential.withoutSecret(user);
  }
}
