package dev.heimdall.manager.login;

/** The password cannot be known. The message says where it should be and why that failed. */
public final class PasswordException extends Exception {
  private static final long serialVersionUID = 1L;

  PasswordException(String message) {
    super(message);
  }

  PasswordException(String message, Throwable cause) {
    super(message, cause);
  }
}
