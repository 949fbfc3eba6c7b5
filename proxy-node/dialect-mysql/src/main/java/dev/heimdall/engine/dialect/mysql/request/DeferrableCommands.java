package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.DeferrableRequests;
import dev.heimdall.engine.session.statement.SideActions;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Queries and executions that rules may defer. */
final class DeferrableCommands implements DeferrableRequests {
  private final ClientInput input;
  private final QueryText text;
  private final SessionLexing lexing;
  private final PreparedExecutions executions;

  DeferrableCommands(
      RequestParts parts, QueryText text, SessionLexing lexing, PreparedExecutions executions) {
    this.input = parts.input();
    this.text = text;
    this.lexing = lexing;
    this.executions = executions;
  }

  @Override
  public boolean mayDefer(Request request) {
    return request.server() == null
        && switch (request.kind()) {
          case TEXT, EXECUTION, BULK -> true;
          default -> false;
        };
  }

  @Override
  public Text text(Request request) {
    long total = ((MysqlRequest) request).total();
    return switch (request.kind()) {
      case TEXT ->
          text.read(input.bytes(), total, true)
              ? text(new String(text.copy(), StandardCharsets.UTF_8))
              : null;
      case EXECUTION -> {
        Optional<String> sql = executions.inText(total);
        yield sql.isPresent() ? text(sql.get()) : null;
      }
      default -> null;
    };
  }

  private Text text(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return new Text(sql, lexing.mode(bytes, 0, bytes.length));
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
