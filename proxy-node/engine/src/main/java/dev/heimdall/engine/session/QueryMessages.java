package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;

/**
 * What becomes of one Query message: it is an operator's command, a rule's, or a statement, which
 * is judged, and then answered here, put off, or sent.
 */
final class QueryMessages {
  private final ClientSession session;
  private final RequestReader requests;
  private final ClientMessages messages;
  private final Course course;
  private final RuleCommands ruleCommands;
  private final SimpleStatements simple;
  private final ForeignStatements foreign;

  QueryMessages(
      ClientSession session,
      RequestReader requests,
      ClientMessages messages,
      RuleCommands ruleCommands,
      SimpleStatements simple,
      ForeignStatements foreign) {
    this.session = session;
    this.requests = requests;
    this.messages = messages;
    this.course = requests.course();
    this.ruleCommands = ruleCommands;
    this.simple = simple;
    this.foreign = foreign;
  }

  /**
   * Handles a whole message of a session without a server connection.
   *
   * @return whether the reader may go on
   */
  boolean withoutServer(int total) {
    if (simple.isForConsole(total)) {
      simple.toConsole(total);
      return true;
    }
    if (ruleCommands.recognises(total)) {
      return ruleCommands.answer(total) || blocked();
    }
    if (!simple.judge(total)) {
      return blocked();
    }
    if (simple.answerLocally(total)) {
      return true;
    }
    if (course.deferral().wanted()) {
      switch (simple.defer(total)) {
        case WAIT -> {
          return blocked();
        }
        case DONE -> {
          return true;
        }
        case SEND -> {}
      }
    }
    return foreign.takes() ? foreign.query(total) : session.lease().need();
  }

  /**
   * Whether the statement that is next goes elsewhere than where the session's server connection
   * leads: the reader comes again when that is given back.
   */
  boolean leaves() {
    if (session.lease().destinations().awaitsDeparture()) {
      return true;
    }
    boolean leaves = session.outstanding() == 0 && foreign.takes();
    if (leaves) {
      session.lease().settle();
    }
    return leaves;
  }

  /**
   * Handles a whole message of a session that has a server connection.
   *
   * @return whether the reader may go on
   */
  boolean withServer(ServerConnection server, int total) {
    if (simple.isForConsole(total)) {
      if (session.busy()) {
        return blocked(); // its reply comes after those that are owed
      }
      simple.toConsole(total);
      return true;
    }
    if (ruleCommands.recognises(total)) {
      return !session.busy() && ruleCommands.answer(total) || blocked();
    }
    if (!simple.judge(total) || leaves() || simple.awaitsName(server)) {
      return blocked();
    }
    if (!session.listening().ready(course.effects()) || !simple.ready(server)) {
      return false;
    }
    messages.keepForRetry();
    simple.query(server, total);
    return true;
  }

  /** Whoever is in the way has the reader come again. */
  private boolean blocked() {
    requests.block();
    return false;
  }
}
