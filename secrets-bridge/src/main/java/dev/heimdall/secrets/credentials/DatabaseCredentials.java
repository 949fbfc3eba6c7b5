package dev.heimdall.secrets.credentials;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * As whom one user of databases logs in; asked for each connection. Nothing here blocks: what is
 * not at hand comes later, on a thread that is not the caller's. Futures fail with {@link
 * CredentialsException} only. Thread-safe.
 */
public interface DatabaseCredentials {
  /** Display name of the user in lists and numbers. Never changes. */
  String name();

  /** Login that never changes; empty where it is worth a query for each connection. */
  default Optional<DatabaseLogin> written() {
    return Optional.empty();
  }

  /** Returns the current login for this server. */
  CompletableFuture<DatabaseLogin> login(String host, int port);

  /**
   * The server has refused the log-in.
   *
   * @return what to try in its place; empty when there is nothing else at the moment
   */
  CompletableFuture<Optional<DatabaseLogin>> instead(DatabaseLogin refused, String host, int port);

  /**
   * Credentials that stay as they are; equal ones are equal.
   *
   * @param password empty for servers that trust the user, or a certificate
   */
  static DatabaseCredentials written(String user, Optional<String> password) {
    return new WrittenCredentials(Optional.of(new DatabaseLogin(user, password, "")));
  }
}
