package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.Message;
import java.util.List;

/**
 * What one client was answered, up to ReadyForQuery.
 *
 * @param asked what it had sent, in words
 * @param cancel whether it had asked to cancel that
 * @param messages the answer
 */
record Reply(String asked, Cancel cancel, List<Message> messages) {
  private static final String LOG_IN = "log-in ";
  private static final String CANCELLED = "57014";

  /** What became of the wish to cancel a statement. */
  enum Cancel {
    NONE,
    /** The statement may have been over, or not have begun. */
    MAYBE,
    /** It was repeated until the statement ended by it. */
    SURE
  }

  /** What a client is told when it logs in. */
  static Reply toLogIn(String parameters, List<Message> greeting) {
    return new Reply(LOG_IN + parameters, Cancel.NONE, greeting);
  }

  boolean logIn() {
    return asked.startsWith(LOG_IN);
  }

  /** Whether settings go back to what they were at the start. */
  boolean resets() {
    return asked.startsWith("RESET ") || asked.equals("DISCARD ALL");
  }

  Reply without(char type) {
    return messages.stream().anyMatch(message -> message.type() == type)
        ? new Reply(
            asked, cancel, messages.stream().filter(message -> message.type() != type).toList())
        : this;
  }

  /** Whether the answer is that the statement was cancelled. */
  boolean cancelled() {
    int size = messages.size();
    return cancel != Cancel.NONE
        && size >= 2
        && messages.get(size - 2).type() == 'E'
        && CANCELLED.equals(messages.get(size - 2).sqlState());
  }

  /** What the statement answered before it was cancelled; all of it if it was not. */
  List<Message> answered() {
    return cancelled() ? messages.subList(0, messages.size() - 2) : messages;
  }
}
