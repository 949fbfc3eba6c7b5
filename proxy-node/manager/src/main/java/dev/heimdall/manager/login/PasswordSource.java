package dev.heimdall.manager.login;

/** Place where a password is kept. */
public interface PasswordSource extends AutoCloseable {
  /**
   * One that is kept elsewhere. No request is sent yet.
   *
   * @param what its file is, for people
   */
  static PasswordSource of(PasswordPlace.External place, String what) throws PasswordException {
    return place instanceof PasswordPlace.InFile in
        ? new PasswordFile(in.file(), what)
        : SecretPassword.open(((PasswordPlace.InSecret) place).secret());
  }

  /** The password as it is now; may wait for a network, some seconds at most. */
  String read() throws PasswordException;

  /** It does not count any more, as its user has chosen another one. */
  default void supersede() {}

  @Override
  default void close() {}
}
