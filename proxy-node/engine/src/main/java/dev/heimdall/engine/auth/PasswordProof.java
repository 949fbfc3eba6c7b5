package dev.heimdall.engine.auth;

/**
 * Proof that a client sends in place of its password, as some protocol defines it: for example, a
 * hash of the password and of a challenge.
 */
public interface PasswordProof {
  /**
   * True if a wrong one is the end of the log-in. If not, its client may still send the password.
   */
  default boolean decides() {
    return true;
  }

  /**
   * True if it was made with this password. Takes as long whether it was or not.
   *
   * @param password in UTF-8; not kept
   */
  boolean isOf(byte[] password);

  /**
   * True if {@link #isOfHash} can tell by this hash, which is all that is known of a password.
   *
   * @param hash as an engine keeps it
   */
  default boolean judges(String hash) {
    return false;
  }

  /** True if it was made with the password of this hash, which it {@link #judges}. */
  default boolean isOfHash(String hash) {
    return false;
  }

  /** True if {@link #atServer} lets its client in at the servers of this virtual database. */
  default boolean opensServers() {
    return false;
  }

  /**
   * Returns the credential that lets its client in at a server that keeps the same hash.
   *
   * @param hash one that it {@link #isOfHash is of}
   */
  default ServerCredential atServer(String user, String hash) {
    return ServerCredential.withoutSecret(user);
  }
}
