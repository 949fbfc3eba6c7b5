package dev.heimdall.engine.users;

import java.sql.SQLException;
import java.util.Optional;

/** Queries the database for one user; blocks. */
interface Lookup extends AutoCloseable {
  /**
   * Verifier of a user's password that the database keeps; an empty text for a user without one.
   *
   * @return empty where there is no such user
   */
  Optional<String> verifier(String name) throws SQLException;

  @Override
  void close();
}
