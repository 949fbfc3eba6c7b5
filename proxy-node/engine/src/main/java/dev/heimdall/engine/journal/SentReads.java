package dev.heimdall.engine.journal;

import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;

/**
 * Notes in the journal what a client sends to the writer of a cluster, message by message: what
 * changes nothing can be read again when the server is lost before it has answered.
 */
public final class SentReads {
  private final UnitPosition position;
  private final UnitReader reader;
  private final UnitFormat format;
  private final UnitDestination destination;
  private final BatchReplay replay;
  private final Journal journal;

  /**
   * @param destination where what is sent goes
   */
  public SentReads(
      UnitPosition position,
      UnitReader reader,
      UnitFormat format,
      UnitDestination destination,
      BatchReplay replay,
      Journal journal) {
    this.position = position;
    this.reader = reader;
    this.format = format;
    this.destination = destination;
    this.replay = replay;
    this.journal = journal;
  }

  /**
   * The message at the reader's position is about to be handled.
   *
   * @return whether {@link Journal#handled} is to follow
   */
  public boolean handles(ByteBuf input, byte type, long total) {
    if (!journal.isOpen()) {
      if (!format.begins(type) || !mayBegin()) {
        return false;
      }
      journal.begin(position.sent(), destination.written(), destination.left());
      if (replay.repeats()) {
        journal.spoil(); // its client has had the first of its answer
      }
    }
    if (format.flushes(type)) {
      journal.flushed(position.done());
    }
    if (total <= input.readableBytes()) { // else it waits, or goes in parts
      reader.messages().note(journal, input, type, (int) total);
      journal.keep(input, (int) total);
    }
    return true;
  }

  /** True if the message is better handled when the rest of it is here, too. */
  public boolean awaitsRest(ByteBuf input, long total) {
    return journal.awaitsRest(input.readableBytes(), total);
  }

  /** True if what is sent next can be sent again if it turns out to be no more than reads. */
  private boolean mayBegin() {
    return destination.atWriter()
        && position.status() == TransactionState.IDLE
        && !position.unitOpen();
  }

  /**
   * A statement is being sent of which this is known.
   *
   * @param later whether it may be read again where it has not been sent
   */
  public void statement(boolean reads, boolean later, boolean begins, boolean dropsNames) {
    if (!journal.isOpen()) {
      return;
    }
    if (begins) {
      journal.beginsBlock();
    }
    if (!reads && later) {
      journal.changes();
    } else if (!reads) {
      journal.changesForGood();
    }
    if (dropsNames) {
      journal.dropsNames();
    }
  }

  /** True if the server's answer that comes now is to one of these. */
  public boolean answers() {
    return journal.answersNoted(position.done());
  }

  /**
   * True if what the server says first of a read may wait, so that the client has nothing of it
   * yet: as long as that is little and comes without its end.
   */
  public boolean mayHold(ReplySource from, int bytes) {
    return journal.mayHold(position.done())
        && position.status() == TransactionState.IDLE
        && !from.due()
        && journal.reply().hasRoom(bytes);
  }
}
