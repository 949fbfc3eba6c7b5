package dev.heimdall.secrets.credentials;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Credentials that were written down. */
record WrittenCredentials(Optional<DatabaseLogin> written) implements DatabaseCredentials {
  @Override
  public String name() {
    return written.orElseThrow().user();
  }

  @Override
  public CompletableFuture<DatabaseLogin> login(String host, int port) {
    return CompletableFuture.completedFuture(written.orElseThrow());
  }

  @Override
  public CompletableFuture<Optional<DatabaseLogin>> instead(
      DatabaseLogin refused, String host, int port) {
    return CompletableFuture.completedFuture(Optional.empty());
  }
}
