package dev.heimdall.engine.session;

import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.prepared.ParsedNames;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Notes in the journal what a client sends to the writer of a cluster, message by message: what
 * changes nothing can be read again when the server is lost before it has answered.
 */
final class SentReads {
  private final ClientSession session;
  private final BatchReplay replay;
  private final Journal journal;

  SentReads(ClientSession session, BatchReplay replay, Journal journal) {
    this.session = session;
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
      if (!begins(type) || !mayBegin()) {
        return false;
      }
      journal.begin(session.carried().sent());
      if (replay.repeats()) {
        journal.spoil(); // its client has had the first of its answer
      }
    }
    if (type == FrontendType.FLUSH) {
      journal.flushed(session.carried().done());
    }
    if (total <= input.readableBytes()) { // else it waits, or goes in parts
      look(input, type, (int) total);
      journal.keep(input, (int) total);
    }
    return true;
  }

  /** Whether the message is better handled when the rest of it is here, too. */
  boolean awaitsRest(ByteBuf input, long total) {
    return journal.awaitsRest(input.readableBytes(), total);
  }

  private static boolean begins(byte type) {
    return switch (type) {
      case FrontendType.QUERY,
          FrontendType.PARSE,
          FrontendType.BIND,
          FrontendType.DESCRIBE,
          FrontendType.EXECUTE,
          FrontendType.CLOSE,
          FrontendType.SYNC ->
          true;
      default -> false;
    };
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

  /** What the message means for itself and those before it, if they have to be read again. */
  private void look(ByteBuf input, byte type, int total) {
    int at = input.readerIndex();
    switch (type) {
      case FrontendType.QUERY -> {
        if (journal.openBegun()) {
          journal.spoil(); // it ends what has no Sync
        }
        journal.unnamedChanges();
      }
      case FrontendType.PARSE -> {
        if (input.getByte(at + 5) == 0) {
          journal.parsesUnnamed();
        } else if (ParsedNames.taken(input, at, session.carried().names())) {
          journal.spoil();
        }
      }
      case FrontendType.BIND -> {
        int portalEnd = input.indexOf(at + 5, at + total, (byte) 0);
        journal.uses(portalEnd < 0 || input.getByte(portalEnd + 1) == 0);
      }
      case FrontendType.DESCRIBE -> {
        if (total > 6 && input.getByte(at + 5) == 'S') {
          journal.uses(input.getByte(at + 6) == 0);
        }
      }
      case FrontendType.CLOSE -> {
        if (total > 6 && input.getByte(at + 5) == 'S') {
          if (input.getByte(at + 6) == 0) {
            journal.unnamedChanges();
          } else if (session.carried().names().get(input, at + 6, total - 7) != null
              && !journal.openContains(
                  (messages, from, to) -> parses(messages, from, to, input, at + 6, total - 7))) {
            journal.dropsNames(); // what the unit itself has prepared, it will prepare again
          }
        }
      }
      case FrontendType.EXECUTE, FrontendType.FLUSH, FrontendType.SYNC -> {}
      default -> journal.spoil();
    }
  }

  /** Whether a run of whole messages prepares a statement of this name. */
  static boolean parses(ByteBuf messages, int from, int to, ByteBuf name, int at, int length) {
    int next;
    for (int message = from; message < to; message = next) {
      next = message + 1 + messages.getInt(message + 1);
      if (messages.getByte(message) == FrontendType.PARSE
          && message + 5 + length < next
          && ByteBufUtil.equals(messages, message + 5, name, at, length)
          && messages.getByte(message + 5 + length) == 0) {
        return true;
      }
    }
    return false;
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
