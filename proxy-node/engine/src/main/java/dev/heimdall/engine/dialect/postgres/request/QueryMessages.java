package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.session.Destinations;
import dev.heimdall.engine.session.LeasingClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.statement.Course;

/**
 * What becomes of one Query message: it is an operator's command, a rule's, or a statement, which
 * is judged, and then answered here, put off, or sent.
 */
final class QueryMessages {
  private final LeasingClient client;
  private final Destinations destinations;
  private final Listening listening;
  private final RequestControl requests;
  private final Runnable keepForRetry;
  private final Course course;
  private final RuleCommands ruleCommands;
  private final SimpleStatements simple;
  private final ForeignStatements foreign;

  /**
   * @param keepForRetry keeps the statement that is about to be sent, if it may be sent again
   */
  QueryMessages(
      LeasingClient client,
      Destinations destinations,
      Listening listening,
      RequestControl requests,
      Runnable keepForRetry,
      Course course,
      RuleCommands ruleCommands,
      SimpleStatements simple,
      ForeignStatements foreign) {
    this.client = client;
    this.destinations = destinations;
    this.listening = listening;
    this.requests = requests;
    this.keepForRetry = keepForRetry;
    this.course = course;
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
    return foreign.takes() ? foreign.query(total) : client.needServer();
  }

  /**
   * Whether the statement that is next goes elsewhere than where the session's server connection
   * leads: the reader comes again when that is given back.
   */
  boolean leaves() {
    if (destinations.awaitsDeparture()) {
      return true;
    }
    boolean leaves = client.outstanding() == 0 && foreign.takes();
    if (leaves) {
      client.settle();
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
      if (client.outstanding() > 0) {
        return blocked(); // its reply comes after those that are owed
      }
      simple.toConsole(total);
      return true;
    }
    if (ruleCommands.recognises(total)) {
      return client.outstanding() == 0 && ruleCommands.answer(total) || blocked();
    }
    if (!simple.judge(total) || leaves() || simple.awaitsName(server)) {
      return blocked();
    }
    if (!listening.ready(course.effects()) || !simple.ready(server)) {
      return false;
    }
    keepForRetry.run();
    simple.query(server, total);
    return true;
  }

  /** Whoever is in the way has the reader come again. */
  private boolean blocked() {
    requests.block();
    return false;
  }
}
