package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;

/**
 * Answers what is about names of prepared statements, outside a transaction, where the names are
 * the session's own, and no server knows of them.
 */
final class NameCommands implements Responder {
  private final HandledClient client;
  private final SessionState carried;
  private final Listening listening;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final UnnamedStatement unnamed;
  private final LoneStatement statement;
  private final boolean keepsNames;

  NameCommands(
      HandledClient client,
      SessionState carried,
      Listening listening,
      StatementLifecycle lifecycle,
      UnnamedStatement unnamed,
      LoneStatement statement,
      boolean keepsNames) {
    this.client = client;
    this.carried = carried;
    this.listening = listening;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.unnamed = unnamed;
    this.statement = statement;
    this.keepsNames = keepsNames;
  }

  @Override
  public Outcome answer(Request asked) {
    PostgresRequest request = (PostgresRequest) asked;
    if (request.server != null
        || keepsNames
        || request.type != FrontendType.QUERY
        || client.status() != TransactionState.IDLE
        || client.transactionLost()) {
      return Outcome.NEXT;
    }
    StatementFacts facts = next.effects();
    switch (facts.kind()) {
      case SESSION -> {
        if (!facts.has(Effect.Type.RESET_SESSION) || !carried.settings().atStartup()) {
          return Outcome.NEXT;
        }
        carried.names().clear();
        unnamed.forget();
        listening.unlisten(null);
        reply("DISCARD ALL");
      }
      case DEALLOCATE -> deallocate(facts.effects().get(0));
      default -> {
        return Outcome.NEXT;
      }
    }
    return Outcome.DONE;
  }

  private void deallocate(Effect effect) {
    unnamed.forget();
    if (effect.type() == Effect.Type.DEALLOCATE_ALL) {
      carried.names().clear();
      reply("DEALLOCATE ALL");
    } else if (carried.names().remove(ClientStatements.bytes(effect.name()))) {
      reply("DEALLOCATE");
    } else {
      lifecycle.settled();
      statement.read();
      statement.reply(
          client,
          ServerError.error(
              "26000", "prepared statement \"" + effect.name() + "\" does not exist"));
    }
  }

  private void reply(String tag) {
    lifecycle.settled();
    statement.read();
    statement.reply(client, tag);
  }
}
