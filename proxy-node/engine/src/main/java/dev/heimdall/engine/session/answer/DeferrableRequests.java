package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.sql.LexerMode;

/** Requests that rules may defer, in the form of their protocol. */
public interface DeferrableRequests {
  /**
   * A statement that other connections can carry out.
   *
   * @param sql with its values, where it has any
   */
  record Text(String sql, LexerMode lexerMode) {
    @Override
    public String toString() {
      return "a text of " + sql.length() + " characters";
    }
  }

  /** True if a request of its kind may be deferred in this state of the session. */
  boolean mayDefer(Request request);

  /**
   * Returns the judged statement; null for one in bulk, or whose values have no text: its session
   * carries it out, after what was deferred before.
   */
  Text text(Request request);

  /**
   * Takes it out of the input, and answers how it ended. Where the client has a server connection,
   * the answer follows the replies there, and the request counts as sent.
   */
  void answer(Request request, Executed end);
}
