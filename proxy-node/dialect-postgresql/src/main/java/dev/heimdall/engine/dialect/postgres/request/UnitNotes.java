package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.dialect.postgres.prepared.ParsedNames;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Meaning of a client's messages for those before them, if they have to be sent again. */
final class UnitNotes {
  private final PreparedNames names;

  UnitNotes(PreparedNames names) {
    this.names = names;
  }

  /**
   * Notes what the whole message at the reader's position means for its unit and for those before
   * it.
   */
  void note(Journal journal, ByteBuf input, byte type, int total) {
    int at = input.readerIndex();
    switch (type) {
      case FrontendType.QUERY -> {
        if (journal.openBegun()) {
          journal.spoil(); // it ends what has no Sync
        }
        journal.unnamedChanges();
      }
      case FrontendType.PARSE -> {
        if (total > 5 && input.getByte(at + 5) == 0) {
          journal.parsesUnnamed();
        } else if (ParsedNames.taken(input, at, names)) {
          journal.spoil();
        }
      }
      case FrontendType.BIND -> {
        int portalEnd = input.indexOf(at + 5, at + total, (byte) 0);
        boolean named = portalEnd >= 0 && portalEnd + 1 < at + total;
        journal.uses(!named || input.getByte(portalEnd + 1) == 0);
        journal.binds();
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
          } else if (names.get(input, at + 6, total - 7) != null
              && !journal.openContains(
                  (messages, from, to) -> parses(messages, from, to, input, at + 6, total - 7))) {
            journal.dropsNames(); // what the unit itself has prepared, it will prepare again
          }
        }
      }
      case FrontendType.EXECUTE -> journal.runs();
      case FrontendType.FLUSH, FrontendType.SYNC -> {}
      default -> journal.spoil();
    }
  }

  /** True if a run of whole messages prepares a statement of this name. */
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

  /** Notes what a message means for the log, by its type and the first byte of its body. */
  void note(TransactionLog log, byte type, byte first) {
    switch (type) {
      case FrontendType.QUERY -> {
        log.unnamedKnown();
        log.count();
      }
      case FrontendType.EXECUTE -> log.count();
      case FrontendType.PARSE -> {
        if (first == 0) {
          log.unnamedKnown();
        }
      }
      case FrontendType.FUNCTION_CALL -> log.giveUp(Unreplayed.FUNCTION_CALL);
      case FrontendType.COPY_DATA, FrontendType.COPY_DONE, FrontendType.COPY_FAIL ->
          log.giveUp(Unreplayed.COPY);
      default -> {}
    }
  }
}
