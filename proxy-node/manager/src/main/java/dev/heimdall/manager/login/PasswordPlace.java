package dev.heimdall.manager.login;

import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;

/** Place of a password: that of the user {@code admin}, or another one of the manager's. */
public sealed interface PasswordPlace {
  /** One that is kept, and changed, elsewhere. */
  sealed interface External extends PasswordPlace {}

  /** A secret of Secrets Manager: the password itself, or an object with {@code password}. */
  record InSecret(StoreLocation.Secret secret) implements External {}

  /** A file whose first line it is. */
  record InFile(Path file) implements External {}

  /** A file of the manager's own, in this directory: made at the first start. */
  record Made(Path directory) implements PasswordPlace {
    /** True if it was made already. */
    public boolean isThere() {
      return Files.exists(directory.resolve(PasswordFile.MADE));
    }
  }

  /** The id of the instance of EC2 that this is, until it is changed at the first log-in. */
  record OfInstance(String id) implements PasswordPlace {}

  /** True if the password is kept, and changed, elsewhere. */
  default boolean isElsewhere() {
    return this instanceof External;
  }
}
