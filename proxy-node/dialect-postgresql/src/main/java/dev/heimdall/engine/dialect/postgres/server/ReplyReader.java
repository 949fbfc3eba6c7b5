package dev.heimdall.engine.dialect.postgres.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ReplyScanner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.ShapeReader;
import dev.heimdall.engine.prepared.ServerStatements;
import dev.heimdall.engine.prepared.StatementShape;
import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ReplyGroups;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.CommandTag;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.ReadyStatus;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import dev.heimdall.engine.wire.postgres.TextEncoding;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reader for the output of a PostgreSQL server: walks the headers, learns from the few messages
 * that concern the connection itself, and hands runs of the others to the owners that the queue of
 * expected replies names.
 */
final class ReplyReader implements ReplyScanner {
  /** Offset of the sender's process id in a notification, after type and length. */
  private static final int SENDER = 5;

  /** Larger messages of the server are passed on in pieces; some kinds are read whole. */
  private static final int MAX_WHOLE = 64 << 20;

  /** A notice up to this size may be a server's last words, and is read whole, too. */
  private static final int LAST_WORDS = 8 * 1024;

  private static final int MAX_LENGTH = Integer.MAX_VALUE - 1;

  private final ServerConnection connection;
  private final ServerStatements statements;
  private final ReplyDelivery delivery;
  private final ReplyGroups<ReplyOwner> groups;
  private final ReplyQueue<ReplyOwner> queue;
  private final TranslatedErrors errors;

  /** Null where the statement that was answered last was none of those, or has not failed. */
  private FailedAhead failedAhead;

  /** Bytes of values that the server has reported in the group that it answers, by their names. */
  private final Map<String, String> reportedInGroup = new HashMap<>(0);

  private boolean copyIn;
  private ByteBuf carry;

  /** Buffer that is being read, as long as it is to be released here. */
  private ByteBuf reading;

  private long remaining;
  private boolean dropRemaining;
  private ByteBuf translated;
  private int[] parameterTypes = new int[0];

  ReplyReader(ServerConnection connection, ReplyDelivery delivery) {
    this.connection = connection;
    this.statements = connection.statements();
    this.delivery = delivery;
    this.groups = delivery.groups();
    this.queue = new ReplyQueue<>(groups);
    this.errors = new TranslatedErrors(connection, delivery, queue);
  }

  @Override
  public void expect(byte kind, ReplyOwner owner) {
    queue.expect(kind, owner);
  }

  @Override
  public void expectEdited(EditedText text, ReplyOwner owner) {
    queue.expectEdited(text, owner);
  }

  @Override
  public boolean copyIn() {
    return copyIn;
  }

  @Override
  public void copyInEnded() {
    if (copyIn) {
      copyIn = false;
    } else {
      queue.copyEndSent(); // Sync counts again, wherever the copy begins
    }
  }

  @Override
  public boolean skipping() {
    return queue.skipping();
  }

  @Override
  public int statements() {
    return queue.binds();
  }

  @Override
  public boolean cutReply() {
    return remaining > 0 && !dropRemaining;
  }

  @Override
  public void flushing() {
    queue.flush();
  }

  @Override
  public int flushed() {
    return queue.flushed();
  }

  @Override
  public void answerFlushed() {
    for (byte known = queue.takeFlushed(); known != ReplyQueue.NONE; known = queue.takeFlushed()) {
      answer(known);
    }
  }

  private void answer(byte known) {
    if (known == ReplyQueue.PARSE_KNOWN || known == ReplyQueue.CLOSE_KNOWN) {
      statements.answered();
    }
    groups.first().knownReply(connection, known);
  }

  @Override
  public void lost() {
    if (carry != null) {
      carry.release();
      carry = null;
    }
    queue.abandon();
  }

  private Charset encoding() {
    return TextEncoding.of(connection.reported().values());
  }

  @Override
  public List<List<String>> rows(ByteBuf messages) {
    return TextRows.of(messages, encoding());
  }

  @Override
  public void read(ByteBuf in) {
    boolean done;
    try {
      done = connection.closed() || (carry != null && !completeCarry(in));
    } catch (RuntimeException | Error cause) {
      in.release();
      throw cause;
    }
    if (!done && in.isReadable() && !connection.closed()) {
      scan(in);
    } else {
      in.release();
    }
  }

  private void release(ByteBuf in) {
    reading = null;
    in.release();
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
        delivery.outOfSync("a message of " + missing + " bytes that must be read whole");
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
        delivery.outOfSync("a message length of " + length);
        return;
      }
      long total = length + 1L;
      boolean whole = total <= end - at;
      if (!whole && readWhole(type, total)) {
        break;
      }
      byte known = queue.takeKnown();
      if (known != ReplyQueue.NONE) {
        delivery.pass(in, start, at);
        start = at;
        do {
          answer(known);
          known = queue.takeKnown();
        } while (known != ReplyQueue.NONE);
      }
      int verdict = queue.on(type);
      if (verdict == ReplyQueue.READY || verdict == ReplyQueue.READY_OURS) {
        TransactionState next = length == 5 ? ReadyStatus.of(in.getByte(at + 5)) : null;
        if (next == null) {
          String wrong =
              length == 5 ? "the status " + (in.getByte(at + 5) & 0xff) : "a length of " + length;
          delivery.pass(in, start, at);
          release(in);
          delivery.outOfSync("ReadyForQuery with " + wrong);
          return;
        }
        delivery.ends(next);
        if (verdict == ReplyQueue.READY_OURS || delivery.absorbing()) {
          delivery.pass(in, start, at);
          at += 6;
          start = at;
          completeGroup();
          continue;
        }
        if (groups.first().endsApart(connection, next)) {
          delivery.pass(in, start, at);
          start = at;
        }
        at += 6;
        if (start == begin && at == end) {
          deliverAll(in);
          completeGroup();
          if (!connection.closed()) {
            answerFlushed();
          }
          return;
        }
        delivery.pass(in, start, at);
        start = at;
        completeGroup();
        if (connection.closed()) {
          release(in);
          return;
        }
        continue;
      }
      if (verdict == ReplyQueue.OUT_OF_SYNC) {
        delivery.pass(in, start, at);
        release(in);
        delivery.outOfSync("an unexpected message of type '" + (char) type + "'");
        return;
      }
      boolean drop = verdict == ReplyQueue.SWALLOW || delivery.absorbing();
      if (drop) {
        delivery.pass(in, start, at);
      }
      boolean unowned = inspect(type, in, at, total);
      if (verdict == ReplyQueue.SWALLOW && type == BackendType.CLOSE_COMPLETE) {
        statements.closed();
      }
      if (unowned && !drop) {
        delivery.pass(in, start, at);
        drop = true;
      }
      if (translated != null) {
        ByteBuf message = translated;
        translated = null;
        delivery.recipient().reply(connection, message);
      }
      if (!drop) {
        if (type == BackendType.COMMAND_COMPLETE
            && CommandTag.changesNames(in, at + 5, length - 4)) {
          delivery.namesChange();
        }
        delivery.noted(part(type));
      }
      if (!whole) {
        remaining = total - (end - at);
        dropRemaining = drop;
        at = end;
      } else {
        at += (int) total;
        if (type == BackendType.DATA_ROW || type == BackendType.COPY_DATA) {
          at = rowsEnd(in, type, at, end);
        }
      }
      if (drop) {
        start = at;
      }
    }
    byte flushed = remaining > 0 ? ReplyQueue.NONE : queue.takeFlushed();
    if (flushed != ReplyQueue.NONE) {
      delivery.pass(in, start, at);
      start = at;
      answer(flushed);
      answerFlushed();
    }
    keepRest(in, at, end);
    if (start == begin && at == end) {
      deliverAll(in);
    } else {
      delivery.pass(in, start, at);
      release(in);
    }
  }

  /**
   * Returns the end of the rows that are completely here, the first of them at this offset: the
   * findings for the row before them, of a result or a copy, apply to each.
   */
  private static int rowsEnd(ByteBuf in, byte type, int first, int end) {
    int at = first;
    while (end - at >= 5 && in.getByte(at) == type) {
      int length = in.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        break;
      }
      at += 1 + length;
    }
    return at;
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
   * Learns from a message about the connection itself.
   *
   * @return true if it has no receiver
   */
  private boolean inspect(byte type, ByteBuf in, int at, long total) {
    switch (type) {
      case BackendType.PARSE_COMPLETE -> {
        statements.parsed();
      }
      case BackendType.PARAMETER_DESCRIPTION, BackendType.ROW_DESCRIPTION, BackendType.NO_DATA -> {
        if (queue.takeDescribed()) {
          described(type, in.slice(at, (int) total));
        }
      }
      case BackendType.ERROR -> {
        ServerError sent = ErrorMessage.decode(in.slice(at, (int) total));
        ReplyOwner owner = delivery.recipient();
        ServerError error = failedAhead == null ? sent : failedAhead.inPlaceOf(sent, owner);
        if (failedAhead == null && owner != null && owner.failsNext() != null) {
          failedAhead = new FailedAhead(sent, owner.failsNext());
        }
        if (error(error)) {
          return true; // told by connectionLost, which knows whether the session can go on
        }
        if (delivery.absorbs(error)) {
          return true;
        }
        translated =
            error == sent ? errors.translated(error, in, at, (int) total) : errors.encoded(error);
        if (translated != null) {
          return true;
        }
      }
      case BackendType.PARAMETER_STATUS -> parameterStatus(in, at + 5, at + (int) total);
      case BackendType.COPY_IN, BackendType.COPY_BOTH -> {
        copyIn = !queue.copyEnded();
        groups.first().copyInStarted(connection, queue.ignoredSyncs());
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
    return delivery.recipient() == null;
  }

  private void described(byte type, ByteBuf message) {
    if (type == BackendType.PARAMETER_DESCRIPTION) {
      parameterTypes = ShapeReader.parameterTypes(message);
    } else {
      statements.described(
          type == BackendType.NO_DATA
              ? StatementShape.withoutColumns(parameterTypes)
              : ShapeReader.of(parameterTypes, message));
    }
  }

  /** True if a server warns that it is leaving, because it crashes or was told to stop at once. */
  private boolean lastWords(ByteBuf message) {
    ServerError notice = ErrorMessage.decode(message);
    boolean last =
        notice.severity().equals("WARNING")
            && notice.sqlState().startsWith("57P0")
            && !ErrorMessage.hasContext(message); // a function may warn of what it likes
    if (last) {
      delivery.endAnnounced(notice);
    }
    return last;
  }

  /** Notes an error; says whether it is the connection's end. */
  private boolean error(ServerError error) {
    delivery.failedAt(queue.reached(error.cause() == ServerError.Cause.UNREAD));
    delivery.failed(error);
    copyIn = false;
    if (error.isFatal()) {
      delivery.endAnnounced(error);
      return true;
    }
    if (queue.refusedName()) {
      statements.refused(queue.droppedNames());
    } else {
      statements.skipped(queue.droppedNames());
    }
    if (queue.skippedQueries() > 0) {
      groups.first().queriesSkipped(connection, queue.skippedQueries());
    }
    if (queue.failed()) {
      groups.first().statementFailed(queue.skippedStatements());
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
    ReplyOwner owner = delivery.recipient();
    if (owner != null && owner.takesNotifications()) {
      nameSender(owner, in, at);
      return true;
    }
    ReplyOwner holder = connection.holder();
    if (holder != null && holder != owner && holder.takesNotifications()) {
      nameSender(holder, in, at);
      holder.reply(connection, in.retainedSlice(at, total));
    }
    return false;
  }

  /**
   * Sets the sender of a notification: one that a client has sent itself must come from the process
   * that was reported to it as its own.
   */
  private void nameSender(ReplyOwner owner, ByteBuf in, int at) {
    if (in.getInt(at + SENDER) == connection.processId()) {
      in.setInt(at + SENDER, owner.processIdFor(connection));
    } else {
      in.setInt(at + SENDER, owner.senderFor(in.getInt(at + SENDER)));
    }
  }

  private void parameterStatus(ByteBuf in, int at, int end) {
    int nameEnd = in.indexOf(at, end, (byte) 0);
    int valueEnd = nameEnd < 0 ? -1 : in.indexOf(nameEnd + 1, end, (byte) 0);
    if (valueEnd > 0) {
      String name = in.toString(at, nameEnd - at, StandardCharsets.UTF_8);
      String bytes = in.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.ISO_8859_1);
      if (!name.equals(TextEncoding.SETTING)) {
        reportedInGroup.put(name, bytes);
      }
      reported(name, bytes);
      if (name.equals(TextEncoding.SETTING)) {
        // Servers report all changes of a group at its end, in the encoding that they come to.
        reportedInGroup.forEach(this::reported);
      }
    }
  }

  private void reported(String name, String bytes) {
    delivery.reported(name, new String(bytes.getBytes(StandardCharsets.ISO_8859_1), encoding()));
  }

  private void completeGroup() {
    reportedInGroup.clear();
    if (delivery.failed()) {
      statements.skipped(queue.droppedNames());
    }
    ReplyOwner owner = groups.first();
    queue.completeGroup();
    if (failedAhead != null && (failedAhead.client() == owner || groups.isEmpty())) {
      failedAhead = null;
    }
    copyIn = false;
    delivery.complete(owner);
  }

  private void deliverAll(ByteBuf in) {
    ReplyOwner owner = delivery.recipient();
    if (owner == null) {
      release(in);
    } else {
      reading = null;
      owner.reply(connection, in);
    }
  }

  private static ReplyDelivery.Part part(byte type) {
    return switch (type) {
      case BackendType.PARSE_COMPLETE,
          BackendType.BIND_COMPLETE,
          BackendType.CLOSE_COMPLETE,
          BackendType.PARAMETER_DESCRIPTION,
          BackendType.ROW_DESCRIPTION,
          BackendType.NO_DATA ->
          ReplyDelivery.Part.PRELIMINARY;
      case BackendType.COMMAND_COMPLETE -> ReplyDelivery.Part.END;
      case BackendType.DATA_ROW,
          BackendType.EMPTY_QUERY,
          BackendType.PORTAL_SUSPENDED,
          BackendType.ERROR ->
          ReplyDelivery.Part.ANSWER;
      default -> ReplyDelivery.Part.ASIDE;
    };
  }
}
