package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.answer.DeferrableRequests;
import dev.heimdall.engine.session.statement.SideActions;
import java.nio.charset.StandardCharsets;

/**
 * Queries that rules may defer. What a batch binds is deferred at its place in the batch, by {@link
 * ExtendedStatements}.
 */
final class DeferrableQueries implements DeferrableRequests {
  private final HandledClient client;
  private final ServerNames names;
  private final SimpleStatements simple;
  private final LoneStatement statement;

  DeferrableQueries(
      HandledClient client, ServerNames names, SimpleStatements simple, LoneStatement statement) {
    this.client = client;
    this.names = names;
    this.simple = simple;
    this.statement = statement;
  }

  /** A Query while data of a COPY are awaited is for its server to reject. */
  @Override
  public boolean mayDefer(Request request) {
    return request.kind() == Request.Kind.TEXT
        && (request.server() == null || !request.server().copyIn());
  }

  @Override
  public Text text(Request request) {
    statement.read();
    byte[] sql = statement.text();
    return new Text(new String(sql, StandardCharsets.UTF_8), names.lexerMode(sql, 0, sql.length));
  }

  @Override
  public void answer(Request request, Executed end) {
    ServerConnection server = request.server();
    if (server != null) {
      simple.carriedOut(server, end, ((PostgresRequest) request).total);
      return;
    }
    statement.read();
    if (end.succeeded()) {
      request.carriedOut(end.rows());
    } else {
      statement.reply(client, SideActions.failure(end));
    }
  }
}
