package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.DeferrableRequests;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.SideActions;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Batches of one statement, which rules may defer: calls have values apart. */
final class DeferrableBatches implements DeferrableRequests {
  /**
   * Signs of a result, or of what only the session has: its tables, and how the statement before
   * has ended. Where they stand in a literal, the statement is not deferred either.
   */
  private static final Pattern OF_SESSION =
      Pattern.compile("@@|#|\\boutput\\b", Pattern.CASE_INSENSITIVE);

  private final SessionState carried;
  private final NextStatement next;
  private final Supplier<LexerMode> mode;

  DeferrableBatches(RequestParts parts, Supplier<LexerMode> mode) {
    this.carried = parts.carried();
    this.next = parts.lifecycle().next();
    this.mode = mode;
  }

  /** With implicit transactions the statement would begin one. */
  @Override
  public boolean mayDefer(Request request) {
    return request.server() == null
        && !"ON".equalsIgnoreCase(carried.settings().now(SessionOptions.IMPLICIT_TRANSACTIONS))
        && request.kind() == Request.Kind.TEXT
        && request.standsAlone()
        && next.decision().transformed().isEmpty();
  }

  @Override
  public Text text(Request request) {
    String sql = new String(request.text(), StandardCharsets.UTF_8);
    return OF_SESSION.matcher(sql).find() ? null : new Text(sql, mode.get());
  }

  @Override
  public void answer(Request request, Executed end) {
    if (end.succeeded()) {
      request.carriedOut(end.rows());
    } else {
      request.refuse(SideActions.failure(end));
    }
  }
}
