package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.wire.ServerError;

/**
 * Session of a client that has logged in again by COM_CHANGE_USER: its variables have the global
 * values of that moment, and not those that its server connection has begun with. They are queried
 * ahead of its first command.
 */
final class RenewedSession {
  private enum Stage {
    /** It has the values of its server connection. */
    BEGUN,
    /** The server is giving it the global ones. */
    QUERIED,
    /** It is as any other. */
    SETTLED
  }

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientAnswers answers;
  private Stage stage;

  RenewedSession(RequestParts parts, ClientAnswers answers) {
    this.parts = parts;
    this.client = parts.client();
    this.answers = answers;
    this.stage = answers.logsInAgain() ? Stage.BEGUN : Stage.SETTLED;
  }

  /** True if its next command needs nothing ahead of it. */
  boolean settled() {
    return stage == Stage.SETTLED;
  }

  /** True if a command may be sent over this connection; else the reader comes again. */
  boolean ready(ServerConnection server) {
    if (stage == Stage.BEGUN) {
      query(server, ServerSide.of(server).globals());
    }
    if (stage == Stage.QUERIED) {
      parts.control().block();
    }
    return stage == Stage.SETTLED;
  }

  /**
   * @param globals empty where the configuration gives all of them
   */
  private void query(ServerConnection server, String globals) {
    if (globals.isEmpty()) {
      stage = Stage.SETTLED;
    } else {
      stage = Stage.QUERIED;
      server.query(
          globals,
          new StateQuery("SET") {
            @Override
            protected void ended(ServerConnection from, ServerError error) {
              given(from, error);
            }
          });
    }
  }

  private void given(ServerConnection from, ServerError error) {
    if (error != null || from.closed()) {
      stage = Stage.BEGUN;
    } else {
      stage = Stage.SETTLED;
      parts.carried().settings().changedUnseen(ServerSide.of(from).othersThanInitial(), from);
      answers.seen(ServerSide.of(from).status());
    }
    client.resumeReading();
  }
}
