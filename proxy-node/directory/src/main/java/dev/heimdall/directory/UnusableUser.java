package dev.heimdall.directory;

/** A user is rejected for what its entries are. The message is for operators. */
final class UnusableUser extends Exception {
  private static final long serialVersionUID = 1;

  UnusableUser(String message) {
    super(message);
  }
}
