package dev.heimdall.engine.backend;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.secrets.credentials.CredentialsException;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import dev.heimdall.secrets.credentials.DatabaseLogin;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Makes one connection with credentials that may change: asks for them, and for others when the
 * server refuses these. On one event loop.
 */
final class RefreshedLogin implements ServerConnector.Handler {
  /** Number of credentials to try: those last read, the current ones, and the previous ones. */
  private static final int TRIES = 3;

  private final LoopContext context;
  private final DatabaseCredentials credentials;
  private final String host;
  private final int port;
  private final BiConsumer<ServerCredential, ServerConnector.Handler> attempt;
  private final ServerConnector.Handler handler;
  private DatabaseLogin login;
  private int tries;

  /**
   * @param attempt connects with a credential
   */
  RefreshedLogin(
      LoopContext context,
      DatabaseCredentials credentials,
      ServerTarget target,
      BiConsumer<ServerCredential, ServerConnector.Handler> attempt,
      ServerConnector.Handler handler) {
    this.context = context;
    this.credentials = credentials;
    this.host = target.source().host();
    this.port = target.source().port();
    this.attempt = attempt;
    this.handler = handler;
  }

  void begin() {
    onLoop(credentials.login(host, port), this::tryAs);
  }

  private void tryAs(DatabaseLogin next) {
    login = next;
    tries++;
    attempt.accept(ServerCredential.of(next), this);
  }

  private <T> void onLoop(CompletableFuture<T> future, Consumer<T> then) {
    future.whenCompleteAsync(
        (value, failure) -> {
          if (failure == null) {
            then.accept(value);
          } else {
            handler.failed(withheld(failure));
          }
        },
        context.loop());
  }

  private static ConnectFailure withheld(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof CredentialsException said)) {
      return ConnectFailure.unreachable("there are no credentials for the server");
    }
    return switch (said.kind()) {
      case WRONG ->
          ConnectFailure.refused(ServerError.fatal(Sqlstate.UNABLE_TO_CONNECT, said.getMessage()));
      case AWAY ->
          ConnectFailure.withheld(
              ServerError.fatal(Sqlstate.CONNECTION_FAILURE, said.getMessage()));
      case REFUSED ->
          ConnectFailure.withheld(ServerError.fatal(Sqlstate.INVALID_PASSWORD, said.getMessage()));
    };
  }

  @Override
  public void connected(ServerConnection connection) {
    handler.connected(connection);
  }

  @Override
  public void failed(ConnectFailure failure) {
    if (failure.authentication()) {
      onLoop(credentials.instead(login, host, port), next -> again(next, failure));
    } else {
      handler.failed(failure);
    }
  }

  private void again(Optional<DatabaseLogin> next, ConnectFailure failure) {
    if (next.isPresent() && tries < TRIES) {
      tryAs(next.get());
    } else {
      // In the middle of a rotation no version is right for a moment.
      boolean passing = failure.error().sqlState().equals(Sqlstate.INVALID_PASSWORD);
      handler.failed(passing ? ConnectFailure.withheld(failure.error()) : failure);
    }
  }
}
