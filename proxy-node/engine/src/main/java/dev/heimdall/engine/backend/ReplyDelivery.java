package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.ReplyGroups;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The replies of one server connection on their way to their owners: who gets what comes, what the
 * owner of the group that is being answered has had of it, and how the group ends. A protocol's
 * {@link ReplyScanner} says here what it has found.
 */
public final class ReplyDelivery {
  /** Role of a server's message for the statement that it comes for. */
  public enum Part {
    /** Comes before it is carried out. */
    PRELIMINARY,
    /** Answer to the statement. */
    ANSWER,
    /** End of the answer to one of the statements. */
    END,
    /** Said beside it. */
    ASIDE
  }

  private final ServerConnection connection;
  private final ReplyGroups<ReplyOwner> groups;

  private TransactionState status = TransactionState.IDLE;

  /** True if the owner of the group has had a message of it. */
  private boolean told;

  /** True if that was more than what comes before a statement is carried out. */
  private boolean begun;

  /** True if that was of a statement that was carried out, at least in part. */
  private boolean answered;

  /** True if the owner must have what has come of the group: its end, or what is no answer. */
  private boolean due;

  /** True if what comes up to the group's end is dropped. */
  private boolean absorbing;

  /** The group's first one. */
  private ServerError error;

  private int namesChanged;

  /** Statements of the group that is being answered whose answers have ended. */
  private int answers;

  private int begunStatements = Integer.MAX_VALUE;
  private int reached = Integer.MAX_VALUE;
  private long groupsAnswered;

  ReplyDelivery(ServerConnection connection, ReplyGroups<ReplyOwner> groups) {
    this.connection = connection;
    this.groups = groups;
  }

  /** Groups of replies with their owners; begun, ended and dropped by the scanner. */
  public ReplyGroups<ReplyOwner> groups() {
    return groups;
  }

  /** As of the last group's end. */
  TransactionState status() {
    return status;
  }

  /** True if the owner of the group that is being answered has had a message of it. */
  public boolean told() {
    return told;
  }

  boolean begun() {
    return begun;
  }

  boolean due() {
    return due;
  }

  /**
   * Number of statements of the group just answered that have added or removed names of prepared
   * statements, even if it was all of them, by their command tags: that stays, whatever failed
   * after them.
   */
  public int namesChanged() {
    return namesChanged;
  }

  /**
   * Number of statements that the server has begun to run of the group just answered, which had an
   * error and was one text: not one that it could not read.
   */
  public int begunStatements() {
    return begunStatements;
  }

  /**
   * Number of statements that the server may have carried out of the group just answered, which had
   * an error; more than the group has where there was none.
   */
  public int reached() {
    return reached;
  }

  /** Statements and batches answered. */
  public long groupsAnswered() {
    return groupsAnswered;
  }

  // ---- whose it is

  /** Owner of the next reply; null when none is pending. */
  public ReplyOwner firstOwner() {
    return groups.first();
  }

  /** Those whose replies come after the one that is next. */
  public List<ReplyOwner> ownersBehindFirst() {
    List<ReplyOwner> behind = new ArrayList<>();
    for (Object owner : groups.behindFirst()) {
      behind.add((ReplyOwner) owner);
    }
    return behind;
  }

  /** True if all who wait for a reply get it from another server once the connection is closed. */
  public boolean answeredElsewhere() {
    return !connection.closed()
        && !groups.isEmpty()
        && groups.first().answeredElsewhere(connection)
        && ownersBehindFirst().stream().allMatch(owner -> owner.answeredElsewhere(connection));
  }

  /** Replaces this owner of pending replies by another. */
  public void replaceOwner(ReplyOwner owner, ReplyOwner by) {
    groups.replace(owner, by);
  }

  // ---- what comes

  /**
   * Recipient of the message that comes now: the group's owner, or the holder of the connection
   * between groups; null for none.
   */
  public ReplyOwner recipient() {
    ReplyOwner owner = groups.first();
    return owner != null ? owner : connection.holder();
  }

  /** Hands out what lies between two places of the buffer, which stays the caller's. */
  public void pass(ByteBuf in, int from, int to) {
    if (to > from) {
      ReplyOwner owner = recipient();
      if (owner != null) {
        owner.reply(connection, in.retainedSlice(from, to - from));
      }
    }
  }

  /** A message is, or will be, part of what the recipient gets. */
  public void noted(Part part) {
    told = true;
    begun |= part != Part.PRELIMINARY;
    answered |= part == Part.ANSWER || part == Part.END;
    answers += part == Part.END ? 1 : 0;
    due |= part == Part.ASIDE;
  }

  /** A statement of the group has given or taken names of prepared statements. */
  public void namesChange() {
    namesChanged++;
  }

  /** The server has reported a value of the session's. */
  public void reported(String name, String value) {
    ReportedValues values = connection.reported();
    if (values.tooMany(name)) {
      outOfSync("more than " + ReportedValues.MOST + " parameters reported");
    } else if (values.report(name, value)) {
      ReplyOwner recipient = recipient();
      if (recipient != null) {
        recipient.parameterChanged(connection, name, value);
      }
    }
  }

  /** The server has said how far its data goes with what the session has just committed. */
  public void wrote(Position position) {
    ReplyOwner owner = recipient();
    if (owner != null) {
      owner.wrote(connection, position);
    }
  }

  /** The server has said how many rows a statement has affected. */
  public void affected(long rows) {
    ReplyOwner owner = recipient();
    if (owner != null) {
      owner.affected(connection, rows);
    }
  }

  /** The server has had an error, and has carried out no more than so many statements before. */
  public void failedAt(int statements) {
    if (error == null) {
      reached = statements;
    }
  }

  /** The group has had an error. */
  public void failed(ServerError found) {
    if (error == null) {
      boolean unread = found.cause() == ServerError.Cause.UNREAD;
      begunStatements = unread ? answers : answers + 1;
      boolean behindOthers = answered && unread;
      error = behindOthers ? found.because(ServerError.Cause.BY_CODE) : found;
    }
  }

  /** True if the group that is being answered has had an error. */
  public boolean failed() {
    return error != null;
  }

  /**
   * Offers the error that has just come to the group's owner.
   *
   * @return whether it is dropped, and so is what comes up to the group's end
   */
  public boolean absorbs(ServerError found) {
    if (groups.firstHasNoOther() && groups.first().absorbs(connection, found)) {
      error = null;
      absorbing = true;
    }
    return absorbing;
  }

  /**
   * Offers the group's owner to have none of its answer, which has no error.
   *
   * @param whole whether the end of the answer has come
   * @return whether what comes up to the group's end is dropped
   */
  public boolean takesBack(boolean whole) {
    if (groups.firstHasNoOther() && groups.first().takesBack(connection, whole)) {
      absorbing = true;
    }
    return absorbing;
  }

  /** True if replies up to the group's end are dropped. */
  public boolean absorbing() {
    return absorbing;
  }

  // ---- the end of a group, or of all

  /** The message has come that ends the group; it is still to be handed out. */
  public void ends(TransactionState now) {
    status = now;
    due = true;
  }

  /**
   * The group has had its end.
   *
   * @param owner of the group, which the scanner has dropped
   */
  public void complete(ReplyOwner owner) {
    told = false;
    begun = false;
    answered = false;
    due = false;
    answers = 0;
    ServerError first = error;
    error = null;
    if (absorbing) {
      absorbing = false;
      namesChanged = 0;
      reached = Integer.MAX_VALUE;
      owner.groupAbsorbed(connection);
      return;
    }
    groupsAnswered++;
    connection.used();
    try {
      owner.groupComplete(connection, status, first);
    } catch (RuntimeException | Error cause) {
      owner.failed(cause); // the loss of the connection is not reported to it any more
      throw cause;
    } finally {
      namesChanged = 0;
      reached = Integer.MAX_VALUE;
    }
    ReplyOwner holder = connection.holder();
    if (holder != null && holder != owner && groups.isEmpty()) {
      holder.atRest(connection);
    }
  }

  /** The server has said why it ends the connection, which it will do next. */
  public void endAnnounced(ServerError why) {
    connection.end().announced(why);
  }

  /**
   * The server sent what its protocol does not allow: the connection is lost.
   *
   * @param what in words
   */
  public void outOfSync(String what) {
    connection.end().outOfSync(what);
  }
}
