package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import java.util.List;

/** Actions of a client's protocol at each step of the {@link QueryPath}. */
public interface RequestSteps {
  /** Takes what belongs to a dialogue of the client's with something other than a server. */
  Outcome dialogue(byte type, long total);

  /**
   * True if so much is here of the message at the reader's position, and of those that belong to
   * it, that the next steps can look at it; it is decoded then.
   *
   * @param server null while there is none
   */
  boolean framed(ServerConnection server, byte type, long total);

  /** True if a statement, or a batch of statements, begins that takes all steps. */
  boolean begins(ServerConnection server, byte type);

  /**
   * Classifies the statement, and has rules decide on it.
   *
   * @return whether both are done; if not, the reader comes again
   */
  boolean judged(byte type, long total);

  /**
   * Returns the request at the reader's position: the session's one object, filled in anew.
   *
   * @param server null while there is none
   */
  Request request(ServerConnection server, byte type, long total);

  /** Responders for commands that are no statements, in order. */
  List<Responder> commands();

  /** Responders that answer statements in the place of a server. */
  AnswerOrder answerOrder();

  /** True if the statement goes elsewhere than the server connection leads that the client has. */
  boolean leaves(byte type);

  /**
   * Takes a message that begins no statement while the client has no server connection.
   *
   * @return whether the reader may go on
   */
  boolean aside(byte type, long total);

  /**
   * Sends a message in the terms of the server, and notes what is to be answered.
   *
   * @return whether the reader may go on
   */
  boolean forward(ServerConnection server, byte type, long total);
}
