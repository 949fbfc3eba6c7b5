package dev.heimdall.engine.backend;

import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StalePlan;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.CommandTag;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.ReadyStatus;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a server sends: walks the headers, learns from the few messages that concern the connection
 * itself, and hands runs of the others to the owners that the queue of expected replies names.
 */
final class ReplyReader {
  /** PostgreSQL reports some 15 parameters. */
  private static final int MAX_REPORTED = 1_000;

  /** Larger messages of the server are passed on in pieces; these kinds are read whole. */
  private static final int MAX_WHOLE = 64 << 20;

  /** A notice up to this size may be a server's last words, and is read whole, too. */
  private static final int LAST_WORDS = 8 * 1024;

  private static final int MAX_LENGTH = Integer.MAX_VALUE - 1;

  private final ServerConnection connection;
  private final ReplyQueue<ReplyOwner> replies;
  private final ServerStatements statements;
  private final Map<String, String> reported;

  private TransactionState status = TransactionState.IDLE;
  private boolean copyIn;
  private ByteBuf carry;

  /** What is being walked through, as long as it is to be released here. */
  private ByteBuf reading;

  private long remaining;
  private boolean dropRemaining;
  private ServerError groupError;

  /** Whether the owner of the group has had a message of it. */
  private boolean told;

  /** Whether that was more than what comes before a statement is carried out. */
  private boolean begun;

  /** Whether the owner must have what has come of the group: its end, or what is no answer. */
  private boolean due;

  /** Whether what comes up to ReadyForQuery is nobody's. */
  private boolean absorbing;

  private ByteBuf translated;

  /** The server broke the protocol: what it sends until the close has come means nothing. */
  private boolean broken;

  private long groupsAnswered;

  /** Command tags of the group that tell of names of prepared statements. */
  private int namesChanged;

  /**
   * @param reported values that the server reported, kept up to date here
   */
  ReplyReader(
      ServerConnection connection,
      ReplyQueue<ReplyOwner> replies,
      ServerStatements statements,
      Map<String, String> reported) {
    this.connection = connection;
    this.replies = replies;
    this.statements = statements;
    this.reported = reported;
  }

  /** I, T or E as of the last ReadyForQuery. */
  TransactionState status() {
    return status;
  }

  boolean copyIn() {
    return copyIn;
  }

  void copyInEnded() {
    copyIn = false;
  }

  boolean begun() {
    return begun;
  }

  boolean told() {
    return told;
  }

  boolean due() {
    return due;
  }

  /** Whether an owner has had the beginning of a message whose rest has not come. */
  boolean cutReply() {
    return remaining > 0 && !dropRemaining;
  }

  int namesChanged() {
    return namesChanged;
  }

  /** Statements and batches answered. */
  long groupsAnswered() {
    return groupsAnswered;
  }

  /** Takes the buffer over. */
  void read(ByteBuf in) {
    boolean done;
    try {
      done = broken || connection.closed() || (carry != null && !completeCarry(in));
    } catch (RuntimeException | Error cause) {
      in.release();
      throw cause;
    }
    if (!done && in.isReadable() && !connection.closed() && !broken) {
      scan(in);
    } else {
      in.release();
    }
  }

  private void release(ByteBuf in) {
    reading = null;
    in.release();
  }

  /** The connection is lost: a message whose rest will not come is forgotten. */
  void forget() {
    if (carry != null) {
      carry.release();
      carry = null;
    }
  }

  /** Adds to the message that was cut off what it lacks and no more. */
  private boolean completeCarry(ByteBuf in) {
    ByteBuf held = carry;
    while (held.readableBytes() < 5) {
      if (!in.isReadable()) {
        return false;
      }
      held.writeByte(in.readByte());
    }
    long total = 1L + held.getInt(held.readerIndex() + 1);
    if (readWhole(held.getByte(held.readerIndex()), total)) {
      long missing = total - held.readableBytes();
      if (missing > MAX_WHOLE) {
        in.skipBytes(in.readableBytes());
        outOfSync("a message of " + missing + " bytes that must be read whole");
        return false;
      }
      held.writeBytes(in, (int) Math.min(Math.max(missing, 0), in.readableBytes()));
      if (held.readableBytes() < total) {
        return false;
      }
    }
    carry = null;
    scan(held);
    return true;
  }

  private void scan(ByteBuf in) {
    reading = in;
    try {
      walk(in);
    } catch (RuntimeException | Error cause) {
      if (reading != null) {
        release(in);
      }
      throw cause;
    }
  }

  /** Walks the headers and hands out runs; takes the buffer over. */
  private void walk(ByteBuf in) {
    int begin = in.readerIndex();
    int end = in.writerIndex();
    int start = begin;
    int at = begin;
    if (remaining > 0) {
      int step = (int) Math.min(remaining, end - at);
      remaining -= step;
      at += step;
      if (dropRemaining) {
        start = at;
      }
    }
    while (end - at >= 5) {
      byte type = in.getByte(at);
      int length = in.getInt(at + 1);
      if (length < 4 || length > MAX_LENGTH) {
        release(in);
        outOfSync("a message length of " + length);
        return;
      }
      long total = length + 1L;
      boolean whole = total <= end - at;
      if (!whole && readWhole(type, total)) {
        break;
      }
      byte known = replies.takeKnown();
      if (known != ReplyQueue.NONE) {
        deliver(in, start, at);
        start = at;
        do {
          connection.answer(known);
          known = replies.takeKnown();
        } while (known != ReplyQueue.NONE);
      }
      int verdict = replies.on(type);
      if (verdict == ReplyQueue.READY) {
        TransactionState next = length == 5 ? ReadyStatus.of(in.getByte(at + 5)) : null;
        if (next == null) {
          String wrong =
              length == 5 ? "the status " + (in.getByte(at + 5) & 0xff) : "a length of " + length;
          deliver(in, start, at);
          release(in);
          outOfSync("ReadyForQuery with " + wrong);
          return;
        }
        status = next;
        due = true;
        if (absorbing) {
          deliver(in, start, at);
          at += 6;
          start = at;
          absorbed();
          continue;
        }
        at += 6;
        if (start == begin && at == end) {
          deliverAll(in);
          completeGroup();
          if (!connection.closed()) {
            connection.answerFlushed();
          }
          return;
        }
        deliver(in, start, at);
        start = at;
        completeGroup();
        if (connection.closed()) {
          release(in);
          return;
        }
        continue;
      }
      if (verdict == ReplyQueue.OUT_OF_SYNC) {
        deliver(in, start, at);
        release(in);
        outOfSync("an unexpected message of type '" + (char) type + "'");
        return;
      }
      boolean drop = verdict == ReplyQueue.SWALLOW || absorbing;
      if (drop) {
        deliver(in, start, at);
      }
      boolean unowned = inspect(type, in, at, total);
      if (verdict == ReplyQueue.SWALLOW && type == BackendType.CLOSE_COMPLETE) {
        statements.closed();
      }
      if (unowned && !drop) {
        deliver(in, start, at);
        drop = true;
      }
      if (translated != null) {
        ByteBuf message = translated;
        translated = null;
        recipient().reply(connection, message);
      }
      if (!drop) {
        if (type == BackendType.COMMAND_COMPLETE
            && CommandTag.changesNames(in, at + 5, length - 4)) {
          namesChanged++;
        }
        told = true;
        begun |= !isPreliminary(type);
        due |= !isAnswer(type);
      }
      if (!whole) {
        remaining = total - (end - at);
        dropRemaining = drop;
        at = end;
      } else {
        at += (int) total;
      }
      if (drop) {
        start = at;
      }
    }
    byte flushed = remaining > 0 ? ReplyQueue.NONE : replies.takeFlushed();
    if (flushed != ReplyQueue.NONE) {
      deliver(in, start, at);
      start = at;
      connection.answer(flushed);
      connection.answerFlushed();
    }
    keepRest(in, at, end);
    if (start == begin && at == end) {
      deliverAll(in);
    } else {
      deliver(in, start, at);
      release(in);
    }
  }

  private void keepRest(ByteBuf in, int at, int end) {
    if (at < end) {
      int length = end - at;
      long wanted = length >= 5 ? 1L + in.getInt(at + 1) : 64;
      carry = connection.allocate((int) Math.min(Math.max(wanted, length), 64 * 1024));
      carry.writeBytes(in, at, length);
    }
  }

  private static boolean readWhole(byte type, long total) {
    return switch (type) {
      case BackendType.NOTICE -> total <= LAST_WORDS;
      case BackendType.READY,
          BackendType.ERROR,
          BackendType.COMMAND_COMPLETE,
          BackendType.PARAMETER_STATUS,
          BackendType.NOTIFICATION,
          BackendType.PARAMETER_DESCRIPTION,
          BackendType.ROW_DESCRIPTION ->
          true;
      default -> false;
    };
  }

  /**
   * What the connection itself learns from a message.
   *
   * @return whether nobody is there to have it
   */
  private boolean inspect(byte type, ByteBuf in, int at, long total) {
    switch (type) {
      case BackendType.PARSE_COMPLETE -> {
        statements.parsed();
      }
      case BackendType.PARAMETER_DESCRIPTION, BackendType.ROW_DESCRIPTION, BackendType.NO_DATA -> {
        if (replies.takeDescribed()) {
          statements.described(type, in.slice(at, (int) total));
        }
      }
      case BackendType.ERROR -> {
        ServerError error = ErrorMessage.decode(in.slice(at, (int) total));
        if (error(error)) {
          return true; // told by connectionLost, which knows whether the session can go on
        }
        if (replies.lastOfOwner() && replies.owner().absorbs(connection, error)) {
          groupError = null;
          absorbing = true;
          return true;
        }
        translated = translated(error, in, at, (int) total);
        if (translated != null) {
          return true;
        }
      }
      case BackendType.PARAMETER_STATUS -> parameterStatus(in, at + 5, at + (int) total);
      case BackendType.COPY_IN, BackendType.COPY_BOTH -> {
        copyIn = !replies.copyEnded();
        replies.owner().copyInStarted(connection, replies.ignoredSyncs());
      }
      case BackendType.NOTICE -> {
        boolean whole = at + total <= in.writerIndex();
        if (whole && lastWords(in.slice(at, (int) total))) {
          return true; // told by connectionLost, like an error that ends the connection
        }
      }
      case BackendType.NOTIFICATION -> {
        return !notification(in, at, (int) total);
      }
      default -> {}
    }
    return recipient() == null;
  }

  /**
   * An error about a statement by its name here, with the name that its client knows; null when it
   * names none.
   */
  private ByteBuf translated(ServerError error, ByteBuf in, int at, int total) {
    ReplyOwner owner = recipient();
    if (owner != null
        && StalePlan.is(error)
        && StalePlan.raised(error, in.toString(at, total, StandardCharsets.ISO_8859_1))) {
      ByteBuf message = connection.allocate(128);
      StalePlan.encode(message);
      return message;
    }
    if (owner == null || !error.message().contains(PreparedStatement.PREFIX)) {
      return null;
    }
    // Single bytes stand for themselves: what is not the name stays as it came, whatever the
    // encoding.
    String text = in.toString(at + 5, total - 5, StandardCharsets.ISO_8859_1);
    String changed = owner.inClientsNames(text);
    if (changed.equals(text)) {
      return null;
    }
    ByteBuf message = connection.allocate(changed.length() + 5);
    message.writeByte(BackendType.ERROR).writeInt(changed.length() + 4);
    message.writeCharSequence(changed, StandardCharsets.ISO_8859_1);
    return message;
  }

  /** Whether a server warns that it is leaving, because it crashes or was told to stop at once. */
  private boolean lastWords(ByteBuf message) {
    ServerError notice = ErrorMessage.decode(message);
    boolean last =
        notice.severity().equals("WARNING")
            && notice.sqlState().startsWith("57P0")
            && !ErrorMessage.hasContext(message); // a function may warn of what it likes
    if (last) {
      connection.ending(notice);
    }
    return last;
  }

  /** Notes an error; says whether it is the connection's end. */
  private boolean error(ServerError error) {
    if (groupError == null) {
      groupError = error;
    }
    copyIn = false;
    if (error.isFatal()) {
      connection.ending(error);
      return true;
    }
    statements.refused(replies.droppedNames());
    if (replies.skippedQueries() > 0) {
      replies.owner().queriesSkipped(connection, replies.skippedQueries());
    }
    return false;
  }

  /**
   * A notification is meant for who listens here: the owner of the reply it comes among, or the
   * holder behind a statement of the node's own.
   *
   * @return whether it may stay in the owner's run
   */
  private boolean notification(ByteBuf in, int at, int total) {
    ReplyOwner owner = recipient();
    if (owner != null && owner.takesNotifications()) {
      return true;
    }
    ReplyOwner holder = connection.holder();
    if (holder != null && holder != owner && holder.takesNotifications()) {
      holder.reply(connection, in.retainedSlice(at, total));
    }
    return false;
  }

  private void parameterStatus(ByteBuf in, int at, int end) {
    int nameEnd = in.indexOf(at, end, (byte) 0);
    int valueEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, end, (byte) 0);
    if (valueEnd > 0) {
      String name = in.toString(at, nameEnd - at, StandardCharsets.UTF_8);
      String value = in.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
      if (reported.size() >= MAX_REPORTED && !reported.containsKey(name)) {
        outOfSync("more than " + MAX_REPORTED + " parameters reported");
        return;
      }
      String before = reported.put(name, value);
      if (value.equals(before)) {
        return; // asked about what did not change, it might report it again, without end
      }
      connection.reportChanged(name, before, value);
      ReplyOwner owner = recipient();
      if (owner != null) {
        owner.parameterChanged(connection, name, value);
      }
    }
  }

  /**
   * Who gets the message that comes now: the group's owner, or who holds the connection between
   * groups.
   */
  private ReplyOwner recipient() {
    ReplyOwner owner = replies.owner();
    return owner != null ? owner : connection.holder();
  }

  private void absorbed() {
    ReplyOwner owner = replies.owner();
    absorbing = false;
    told = false;
    begun = false;
    due = false;
    namesChanged = 0;
    replies.completeGroup();
    owner.groupAbsorbed(connection);
  }

  private void completeGroup() {
    told = false;
    begun = false;
    due = false;
    ReplyOwner owner = replies.owner();
    ServerError error = groupError;
    groupError = null;
    if (error != null) {
      statements.refused(replies.droppedNames());
    }
    replies.completeGroup();
    copyIn = false;
    groupsAnswered++;
    connection.used();
    try {
      owner.groupComplete(connection, status, error);
    } catch (RuntimeException | Error cause) {
      owner.failed(cause); // the loss of the connection is not told to it any more
      throw cause;
    } finally {
      namesChanged = 0;
    }
  }

  private void deliver(ByteBuf in, int from, int to) {
    if (to > from) {
      ReplyOwner owner = recipient();
      if (owner != null) {
        owner.reply(connection, in.retainedSlice(from, to - from));
      }
    }
  }

  private void deliverAll(ByteBuf in) {
    ReplyOwner owner = recipient();
    if (owner == null) {
      release(in);
    } else {
      reading = null;
      owner.reply(connection, in);
    }
  }

  private static boolean isPreliminary(byte type) {
    return switch (type) {
      case BackendType.PARSE_COMPLETE,
          BackendType.BIND_COMPLETE,
          BackendType.CLOSE_COMPLETE,
          BackendType.PARAMETER_DESCRIPTION,
          BackendType.ROW_DESCRIPTION,
          BackendType.NO_DATA ->
          true;
      default -> false;
    };
  }

  /** Whether it is what statements are answered with, rather than said beside it. */
  private static boolean isAnswer(byte type) {
    return switch (type) {
      case BackendType.DATA_ROW,
          BackendType.COMMAND_COMPLETE,
          BackendType.EMPTY_QUERY,
          BackendType.PORTAL_SUSPENDED,
          BackendType.ERROR ->
          true;
      default -> isPreliminary(type);
    };
  }

  private void outOfSync(String what) {
    broken = true;
    connection.outOfSync(what);
  }
}
