package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.journal.UnitMessages;
import dev.heimdall.engine.pipeline.RequestSteps;
import dev.heimdall.engine.session.lease.SessionProtocol;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;

/** Handler of a client's messages in its protocol, one by one. Each client has one of its own. */
public interface RequestHandler extends RequestSteps, UnitMessages, SessionProtocol {
  /**
   * The node has the server interrupt what runs there for the client.
   *
   * @param why error that the client is to get; servers of some protocols send none
   */
  default void interrupts(ServerError why) {}

  /** The end of a batch has come, up to which everything was dropped. */
  default void skipped() {}

  /** True if the statement at the reader's position ends a transaction, and begins with that. */
  default boolean endsTransaction() {
    return false;
  }

  /** The message at the reader's position is answered with an error in place of being sent. */
  default void refused() {}

  /**
   * Sends, or drops, the next piece of a message whose beginning it has handled.
   *
   * @param server null where there is none any more
   * @return whether the reader may go on; not so where the piece is not here whole
   */
  default boolean takePiece(ServerConnection server) {
    throw new IllegalStateException("messages of this protocol do not come in pieces");
  }

  /** The BEGIN that was answered before there was a server connection is sent next. */
  default void beginsLate(ServerConnection server) {}

  /** The BEGIN that was answered before there was a server connection was sent. */
  default void begun(ServerConnection server) {}

  /**
   * Whatever has come was handled: pending replies that the node gives in place of the server are
   * sent.
   */
  default void handled(ServerConnection server) {}

  /** True if an answer that is known says that a statement was prepared. */
  default boolean isPrepared(byte kind) {
    return false;
  }

  /**
   * Appends an answer of a kind that was expected, which the node gives in the place of the server.
   *
   * @param tag takes the next command tag that was promised
   */
  default void known(byte kind, Supplier<String> tag, ByteBuf out) {}

  /**
   * A group of messages was answered: what its answer has left to be asked about may be noted,
   * before the server connection goes.
   *
   * @param error the group's first one, or null
   */
  default void answered(ServerConnection from, ServerError error) {}

  /**
   * True if a statement of the client's has itself had the server end the connection, with which
   * the client's ends.
   *
   * @param error what the server has said; null for nothing
   */
  default boolean hasEnded(ServerConnection from, ServerError error) {
    return false;
  }

  /**
   * A group of messages was answered, and nothing was made of it yet.
   *
   * @return what was carried out of the group, where its server could not read what comes behind
   *     that; null where the text and the error are all that is known
   */
  default CarriedOut carriedOut(ServerConnection from, ServerError error) {
    return null;
  }

  /**
   * A group of messages was answered, and nothing was made of it yet.
   *
   * @return true if a transaction may be open behind it, or over, of which its server says nothing
   */
  default boolean leavesDoubt(ServerConnection from, ServerError error) {
    return false;
  }

  /** Everything on the session's server connection is answered, the node's own at last. */
  default void atRest() {}

  /** About how many bytes it keeps of the client's. */
  long held();

  /** An error's text with the names that the client knows, one character for each byte. */
  default String inClientsNames(String text) {
    return text;
  }

  /**
   * True if all that it keeps of the client's can be told to another process, where the client is
   * between transactions.
   */
  default boolean mayMove() {
    return false;
  }

  /**
   * The client has been idle for a while and is to go to another process: its connection is given
   * back that is kept for nothing but what its next statement may ask about the last one.
   */
  default void letGo() {}

  /** Tells another process what it keeps, where it {@linkplain #mayMove may}. */
  default void write(StateWriter out) {
    throw new IllegalStateException("clients of this protocol stay where they are");
  }

  /** Takes what another process has told. */
  default void read(StateReader in) {
    throw new UnreadableStateException("clients of this protocol stay where they are");
  }

  /** The session ends. */
  void forget();
}
