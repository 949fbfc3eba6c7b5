package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.prepared.PostgresErrors;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.session.RequestFormat;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.session.statement.ResultWatch;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.ReplyFraming;

/** Contribution of PostgreSQL's protocol 3 to the sessions of its clients. */
public final class PostgresSessions implements SessionDialect {
  private final SettingRules settings = new PostgresSettings();
  private final RequestFormat requests = new MessageFormat();
  private final ReplyFraming replies = new PostgresReplies();
  private final ErrorCauses errors = new PostgresErrors();

  @Override
  public SettingRules settings() {
    return settings;
  }

  @Override
  public RequestFormat requests() {
    return requests;
  }

  @Override
  public ReplyFraming replies() {
    return replies;
  }

  @Override
  public ErrorCauses errors() {
    return errors;
  }

  @Override
  public ResultWatch results() {
    return new BoundResults();
  }

  @Override
  public RequestHandler handler(RequestParts parts) {
    return new ClientMessages(parts);
  }
}
