package dev.heimdall.directory;

/** Events of a directory that operators should be notified of. On any thread. */
public interface DirectoryEvents {
  /**
   * A server could not be used; said again only after it has answered.
   *
   * @param server as {@code ldaps://host:port}
   */
  void unavailable(String server, String why);

  /** It answers again. */
  void available(String server);

  /**
   * A user is rejected for what its entries are, not for its password.
   *
   * @param user as it logs in
   */
  void unusable(String user, String why);
}
