package dev.heimdall.manager.login;

/** Where the password is kept. */
interface PasswordSource extends AutoCloseable {
  /** The password as it is now; may wait for a network, some seconds at most. */
  String read() throws PasswordException;

  /** It does not count any more, as its user has chosen another one. */
  default void supersede() {}

  @Override
  default void close() {}
}
