package dev.heimdall.manager.login;

import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the password of the user {@code admin} is. */
public sealed interface PasswordPlace {
  /** A secret of Secrets Manager: the password itself, or an object with {@code password}. */
  record InSecret(StoreLocation.Secret secret) implements PasswordPlace {}

  /** A file whose first line it is. */
  record InFile(Path file) implements PasswordPlace {}

  /** A file of the manager's own, in this directory: made at the first start. */
  record Made(Path directory) implements PasswordPlace {
    /** Whether it was made already. */
    public boolean isThere() {
      return Files.exists(directory.resolve(PasswordFile.MADE));
    }
  }

  /** The id of the instance of EC2 that this is, until it is changed at the first log-in. */
  record OfInstance(String id) implements PasswordPlace {}

  /** Whether somebody else keeps the password, and changes it there. */
  default boolean isElsewhere() {
    return this instanceof InSecret || this instanceof InFile;
  }
}
