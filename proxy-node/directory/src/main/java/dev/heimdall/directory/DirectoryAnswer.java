package dev.heimdall.directory;

import java.util.List;

/** Result of a directory for a user name and a password. */
public sealed interface DirectoryAnswer {
  /**
   * They belong together.
   *
   * @param groups that the user is in, by their short names
   */
  record Accepted(List<String> groups) implements DirectoryAnswer {
    public Accepted {
      groups = List.copyOf(groups);
    }
  }

  /** There is no such user, or the password is wrong, or the account may not be used. */
  record Rejected() implements DirectoryAnswer {}

  /**
   * Nothing is known.
   *
   * @param why for a log; nothing for a client
   */
  record Unavailable(String why) implements DirectoryAnswer {}

  /** Too many log-ins wait already. */
  record Crowded() implements DirectoryAnswer {}
}
