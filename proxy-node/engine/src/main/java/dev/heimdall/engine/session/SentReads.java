package dev.heimdall.engine.session;

import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;

/**
 * Notes in the journal what a client sends to the writer of a cluster, message by message: what
 * changes nothing can be read again when the server is lost before it has answered.
 */
final class SentReads {
  private final ClientSession session;
  private final RequestFormat format;
  private final BatchReplay replay;
  private final Journal journal;

  SentReads(ClientSession session, RequestFormat format, BatchReplay replay, Journal journal) {
    this.session = session;
    this.format = format;
    this.replay = replay;
    this.journal = journal;
  }

  /**
   * The message at the reader's position is about to be handled.
   *
   * @return whether {@link #handled} is to follow
   */
  boolean handles(ByteBuf input, byte type, long total) {
    if (!journal.isOpen()) {
      if (!format.begins(type) || !mayBegin()) {
        return false;
      }
      journal.begin(session.carried().sent());
      if (replay.repeats()) {
        journal.spoil(); // its client has had the first of its answer
      }
    }
    if (format.flushes(type)) {
      journal.flushed(session.carried().done());
    }
    if (total <= input.readableBytes()) { // else it waits, or goes in parts
      session.requests().handler().note(journal, input, type, (int) total);
      journal.keep(input, (int) total);
    }
    return true;
  }

  /** Whether the message is better handled when the rest of it is here, too. */
  boolean awaitsRest(ByteBuf input, long total) {
    return journal.awaitsRest(input.readableBytes(), total);
  }

  /** Whether what is sent next can be sent again if it turns out to be no more than reads. */
  private boolean mayBegin() {
    return session.vdb().pools().led()
        && session.status() == TransactionState.IDLE
        && !session.server().groupOpen()
        && !session.server().copyIn()
        && !session.lease().keepsServer()
        && !session.reads().away()
        && !session.sharing().active()
        && !session.transactionReplay().active();
  }

  /** A statement is being sent of which this is known. */
  void statement(boolean reads, boolean dropsNames) {
    if (!journal.isOpen()) {
      return;
    }
    if (!reads) {
      journal.spoil();
    }
    if (dropsNames) {
      journal.dropsNames();
    }
  }

  /**
   * The message was handled.
   *
   * @param length so much of it; nothing, if it waits
   * @param sent whether it has ended a unit
   */
  void handled(int length, long total, boolean sent) {
    if (journal.isOpen()) {
      journal.handled(length, total, sent);
    }
  }

  /** Whether the server's answer that comes now is to one of these. */
  boolean answers() {
    return journal.answersNoted(session.carried().done());
  }

  /**
   * Whether what the server says first of a read may wait, so that the client has nothing of it
   * yet: as long as that is little and comes without its end.
   */
  boolean mayHold(ReplySource from, int bytes) {
    return journal.mayHold(session.carried().done())
        && session.status() == TransactionState.IDLE
        && !from.due()
        && journal.reply().hasRoom(bytes);
  }
}
