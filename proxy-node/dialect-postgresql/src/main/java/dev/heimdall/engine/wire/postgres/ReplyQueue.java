package dev.heimdall.engine.wire.postgres;

import dev.heimdall.engine.wire.EditedText;
import dev.heimdall.engine.wire.ReplyGroups;
import java.util.ArrayDeque;

/**
 * The pending replies of one server connection, in order, and whose they are.
 *
 * <p>Each message that will be answered leaves an entry; messages up to the one that ReadyForQuery
 * answers form a group, and each group has one owner. Feed {@link #on} the type of each message
 * that arrives: it says whether the message is the owner's or ours. After an error in an
 * extended-protocol group the server skips to Sync, and so does the queue. No channel, no bytes: a
 * pure state machine.
 */
public final class ReplyQueue<O> {
  /** Meaning of a server message for its waiting recipient. */
  public static final int FORWARD = 0;

  public static final int SWALLOW = 1;

  /** ReadyForQuery: forward, then the group is complete. */
  public static final int READY = 2;

  /** ReadyForQuery that is ours: the client has not ended its batch; then the group is complete. */
  public static final int READY_OURS = 3;

  /** The server sent what nothing on the way to it could have caused. */
  public static final int OUT_OF_SYNC = -1;

  public static final byte NONE = 0;
  public static final byte PARSE = 1;

  /** A Parse that we put in: its answer is not for the client. */
  public static final byte PARSE_OURS = 2;

  /** A Parse that was not sent because the server knows the statement: we answer. */
  public static final byte PARSE_KNOWN = 3;

  public static final byte BIND = 4;
  public static final byte DESCRIBE = 5;
  public static final byte EXECUTE = 6;
  public static final byte CLOSE = 7;

  /** A Close that we put in. */
  public static final byte CLOSE_OURS = 8;

  /** A Close of a name that only we know: we answer. */
  public static final byte CLOSE_KNOWN = 9;

  /** A whole statement that we answer with a command tag; an empty Query follows for the status. */
  public static final byte COMMAND_KNOWN = 10;

  /** A Bind that we put in. */
  public static final byte BIND_OURS = 11;

  /** An Execute that we put in. */
  public static final byte EXECUTE_OURS = 12;

  /** A Bind, a Describe of its portal and an Execute of it that are not sent: we answer. */
  public static final byte BIND_KNOWN = 13;

  public static final byte DESCRIBE_KNOWN = 14;
  public static final byte EXECUTE_KNOWN = 15;

  /** A Describe of a statement that we put in. */
  public static final byte DESCRIBE_OURS = 16;

  /** A client's Describe of a statement whose answer we look at, too. */
  public static final byte DESCRIBE_SEEN = 17;

  public static final byte SYNC = 18;
  public static final byte QUERY = 19;
  public static final byte FUNCTION = 20;

  /**
   * Not pending for anybody: here the client ended a copy that the server had not asked for yet.
   */
  private static final byte COPY_END = 21;

  /** A Query whose text is not the client's own altogether. */
  private static final byte QUERY_EDITED = 22;

  /** An empty Query in the place of the client's, which the server skips wherever it skips that. */
  public static final byte QUERY_OURS = 23;

  /** A Sync that we put in: the end of its group is not for the client. */
  public static final byte SYNC_OURS = 24;

  private byte[] entries = new byte[16];
  private int head;
  private int size;

  private final ReplyGroups<O> groups;

  /** Changes in the texts of the edited queries, in their order; null when there never were any. */
  private ArrayDeque<EditedText> edited;

  /** Number of entries, from the first one on, that a Flush has requested. */
  private int flushed;

  private boolean failed;
  private int droppedNames;
  private boolean refusedName;
  private int skippedQueries;
  private int skippedStatements;
  private int ignoredSyncs;
  private boolean copyEnded;
  private boolean described;

  /** Of the client's Binds, in the group that is being sent and in the one that is answered. */
  private int binds;

  private int bound;

  /** True if one of those has had the last error, or what it has bound. */
  private boolean failedBound;

  /**
   * @param groups whose the replies are, kept up to date here
   */
  public ReplyQueue(ReplyGroups<O> groups) {
    this.groups = groups;
  }

  /** True if the group that is being answered has had an error. */
  public boolean failed() {
    return failed;
  }

  /** True if the server skips whatever comes until a Sync, queries and function calls too. */
  public boolean skipping() {
    return failed && groups.open() && groups.size() == 1;
  }

  /** Number of queries and function calls of the group's owner that the last error made void. */
  public int skippedQueries() {
    return skippedQueries;
  }

  /**
   * Number of statements of the group's owner, sent after the one with the last error, that this
   * error made void: each that would have been bound, and each query.
   */
  public int skippedStatements() {
    return skippedStatements;
  }

  /** Notes that a message of this kind has been sent for the owner. */
  public void expect(byte kind, O owner) {
    if (skipping() && (isQuery(kind) || kind == FUNCTION)) {
      return;
    }
    if (!groups.open()) {
      groups.begin(owner);
      binds = 0;
    }
    if (kind == BIND || kind == BIND_KNOWN) {
      binds++;
    }
    assert groups.openIsOf(owner) : "a message of kind " + kind + " amid another owner's batch";
    append(kind);
    if (kind >= SYNC) {
      groups.end();
    }
  }

  /** Notes that a Query with a changed text has been sent for the owner. */
  public void expectEdited(EditedText text, O owner) {
    if (!skipping()) {
      if (edited == null) {
        edited = new ArrayDeque<>(2);
      }
      edited.add(text);
      expect(QUERY_EDITED, owner);
    }
  }

  /** Changes in the text that the server answers next; null when there were none. */
  public EditedText edited() {
    return first() == QUERY_EDITED ? edited.peek() : null;
  }

  private static boolean isQuery(byte kind) {
    return kind == QUERY || kind == QUERY_EDITED || kind == QUERY_OURS;
  }

  private void append(byte kind) {
    if (size == entries.length) {
      growEntries();
    }
    entries[(head + size) & (entries.length - 1)] = kind;
    size++;
  }

  /** Number of the client's Binds in the group that is being sent. */
  public int binds() {
    return groups.open() ? binds : 0;
  }

  /**
   * Number of Binds that the server may have carried out in the group in which it has had an error.
   *
   * @param unread whether it could make nothing of the statement that has had it
   */
  public int reached(boolean unread) {
    return unread && failedBound ? Math.max(0, bound - 1) : bound;
  }

  /** The entry that the server answers next. */
  public byte first() {
    return size == 0 ? NONE : entries[head];
  }

  /**
   * Removes and returns the first entry when it is one that we answer ourselves, else returns NONE.
   */
  public byte takeKnown() {
    byte kind = first();
    if (failed) {
      return NONE; // skipped, as the server skips up to Sync
    }
    switch (kind) {
      case PARSE_KNOWN, CLOSE_KNOWN, COMMAND_KNOWN, BIND_KNOWN, DESCRIBE_KNOWN, EXECUTE_KNOWN -> {
        pop();
        bound += kind == BIND_KNOWN ? 1 : 0;
        return kind;
      }
      default -> {
        return NONE;
      }
    }
  }

  /** Notes that the answers to all that was sent so far are wanted now, before a Sync comes. */
  public void flush() {
    flushed = size;
  }

  /** Number of unanswered messages for which a Flush has requested the answers. */
  public int flushed() {
    return flushed;
  }

  /** Works like {@link #takeKnown}, for an entry that a Flush has requested. */
  public byte takeFlushed() {
    return flushed > 0 ? takeKnown() : NONE;
  }

  /**
   * Number of Parse entries, Closes that we answer or insert, and Describes that we examine, made
   * void by the last error or ReadyForQuery: the statements of the first do not exist on the
   * server, those of the Closes still do.
   */
  public int droppedNames() {
    return droppedNames;
  }

  /** True if the first of those has had the error itself; else the server skips that, too. */
  public boolean refusedName() {
    return refusedName;
  }

  /**
   * A message arrived whose leading known entries were taken before.
   *
   * @return FORWARD, SWALLOW, READY, READY_OURS or OUT_OF_SYNC
   */
  public int on(byte type) {
    byte first = first();
    switch (type) {
      case BackendType.DATA_ROW:
        if (first == QUERY_EDITED || first == EXECUTE_OURS) {
          return first == EXECUTE_OURS || edited.peek().nextIsOwn() ? SWALLOW : FORWARD;
        }
        return first == EXECUTE || first == QUERY ? FORWARD : OUT_OF_SYNC;
      case BackendType.COMMAND_COMPLETE:
      case BackendType.EMPTY_QUERY:
        if (first == EXECUTE) {
          pop();
          return FORWARD;
        }
        if (first == EXECUTE_OURS) {
          pop();
          return SWALLOW;
        }
        if (first == QUERY_EDITED) {
          return edited.peek().answersOwn() ? SWALLOW : FORWARD;
        }
        if (first == QUERY_OURS) {
          return SWALLOW;
        }
        return first == QUERY ? FORWARD : OUT_OF_SYNC;
      case BackendType.BIND_COMPLETE:
        if (first == BIND_OURS) {
          pop();
          return SWALLOW;
        }
        bound++;
        return popIf(BIND, first);
      case BackendType.READY:
        return ready(first);
      case BackendType.ROW_DESCRIPTION:
        if (first == DESCRIBE) {
          pop();
          return FORWARD;
        }
        if (first == QUERY_EDITED) {
          return edited.peek().nextIsOwn() ? SWALLOW : FORWARD;
        }
        return first == QUERY ? FORWARD : lookedAt(first, true);
      default:
        return rare(type, first);
    }
  }

  private int rare(byte type, byte first) {
    switch (type) {
      case BackendType.NO_DATA:
        return first == DESCRIBE ? popIf(DESCRIBE, first) : lookedAt(first, true);
      case BackendType.PARAMETER_DESCRIPTION:
        return first == DESCRIBE ? FORWARD : lookedAt(first, false);
      case BackendType.PARSE_COMPLETE:
        if (first == PARSE_OURS) {
          pop();
          return SWALLOW;
        }
        return popIf(PARSE, first);
      case BackendType.CLOSE_COMPLETE:
        if (first == CLOSE_OURS) {
          pop();
          return SWALLOW;
        }
        return popIf(CLOSE, first);
      case BackendType.PORTAL_SUSPENDED:
        return popIf(EXECUTE, first);
      case BackendType.ERROR:
        return error(first);
      case BackendType.NOTICE:
      case BackendType.PARAMETER_STATUS:
      case BackendType.NOTIFICATION:
        return FORWARD;
      case BackendType.COPY_IN:
      case BackendType.COPY_BOTH:
        if (first != EXECUTE && !isQuery(first)) {
          return OUT_OF_SYNC;
        }
        ignoredSyncs = beginCopy();
        return FORWARD;
      case BackendType.COPY_OUT:
      case BackendType.COPY_DATA:
      case BackendType.COPY_DONE:
        return first == EXECUTE || isQuery(first) ? FORWARD : OUT_OF_SYNC;
      case BackendType.FUNCTION_RESULT:
        return first == FUNCTION ? FORWARD : OUT_OF_SYNC;
      default:
        return OUT_OF_SYNC;
    }
  }

  private int lookedAt(byte first, boolean last) {
    if (first != DESCRIBE_OURS && first != DESCRIBE_SEEN) {
      return OUT_OF_SYNC;
    }
    described = true;
    if (last) {
      pop();
    }
    return first == DESCRIBE_OURS ? SWALLOW : FORWARD;
  }

  /** True if the last message was part of the answer to a Describe that we look at; once. */
  public boolean takeDescribed() {
    boolean was = described;
    described = false;
    return was;
  }

  private int ready(byte first) {
    droppedNames = 0;
    if (failed && first < SYNC) {
      dropSkipped(); // sent after the error and before the Sync
      first = first();
    }
    if (first < SYNC) {
      return OUT_OF_SYNC;
    }
    pop();
    return first == SYNC_OURS ? READY_OURS : READY;
  }

  /** The group that ReadyForQuery just ended leaves the queue; call after the owner was told. */
  public void completeGroup() {
    groups.dropFirst();
    failed = false;
    bound = 0;
  }

  private int error(byte first) {
    droppedNames = 0;
    refusedName = isAboutName(first);
    skippedQueries = 0;
    skippedStatements = 0;
    if (groups.size() == 0) {
      return FORWARD; // an administrator's terminate or a shutdown: the connection is about to end
    }
    failed = true;
    failedBound = first == BIND || first == EXECUTE;
    bound += first == BIND ? 1 : 0;
    if (isQuery(first) || first == FUNCTION) {
      return FORWARD;
    }
    dropSkipped();
    boolean bound = first == EXECUTE || first == EXECUTE_KNOWN || first == EXECUTE_OURS;
    if (!bound && skippedStatements > 0) {
      skippedStatements--; // its own
    }
    dropSkippedQueries();
    return FORWARD;
  }

  /** After an error in a batch only Sync ends it: what follows a skipped query belongs to it. */
  private void dropSkippedQueries() {
    boolean firsts = true;
    while (size > 0 && (isQuery(entries[head]) || entries[head] == FUNCTION)) {
      pop();
      if (firsts) {
        skippedQueries++;
        skippedStatements++;
      }
      if (groups.size() > 1) {
        firsts = groups.secondIsFirsts();
        groups.dropSecond();
      } else {
        groups.reopen();
      }
      dropSkipped();
    }
  }

  private static boolean isAboutName(byte kind) {
    return switch (kind) {
      case PARSE, PARSE_OURS, PARSE_KNOWN, CLOSE_KNOWN, CLOSE_OURS, DESCRIBE_OURS, DESCRIBE_SEEN ->
          true;
      default -> false;
    };
  }

  private void dropSkipped() {
    while (size > 0 && entries[head] < SYNC) {
      byte dropped = entries[head];
      if (isAboutName(dropped)) {
        droppedNames++;
      } else if (dropped == BIND || dropped == BIND_KNOWN || dropped == BIND_OURS) {
        skippedStatements++;
      }
      pop();
    }
  }

  /**
   * While it reads copy data a server ignores Sync: those already sent before the copy's end will
   * not be answered. What follows an ignored Sync belongs to the group of the COPY.
   */
  private int beginCopy() {
    int ignored = 0;
    copyEnded = false;
    while (size > 1 && !copyEnded) {
      byte next = entries[(head + 1) & (entries.length - 1)];
      if (next == COPY_END) {
        copyEnded = true;
      } else if (next == SYNC) {
        ignored++;
        if (groups.size() > 1) {
          groups.dropSecond();
        } else {
          groups.reopen();
        }
      } else {
        break;
      }
      dropSecondEntry();
    }
    return ignored;
  }

  /** Number of Syncs that the copy that just began made void. */
  public int ignoredSyncs() {
    return ignoredSyncs;
  }

  /** True if the end of the copy that just began was sent before the server asked for data. */
  public boolean copyEnded() {
    return copyEnded;
  }

  /** The end of a copy was sent before the server has asked for data: the Syncs after it count. */
  public void copyEndSent() {
    if (size > 0) {
      append(COPY_END);
    }
  }

  private void dropSecondEntry() {
    int mask = entries.length - 1;
    for (int i = 1; i < size - 1; i++) {
      entries[(head + i) & mask] = entries[(head + i + 1) & mask];
    }
    size--;
    flushed = Math.min(flushed, size);
  }

  private int popIf(byte wanted, byte first) {
    if (first != wanted) {
      return OUT_OF_SYNC;
    }
    pop();
    return FORWARD;
  }

  private void pop() {
    do {
      if (entries[head] == QUERY_EDITED) {
        edited.poll();
      }
      head = (head + 1) & (entries.length - 1);
      size--;
      flushed = Math.max(0, flushed - 1);
    } while (size > 0 && entries[head] == COPY_END); // of a copy that never began
  }

  private void growEntries() {
    byte[] larger = new byte[entries.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = entries[(head + i) & (entries.length - 1)];
    }
    entries = larger;
    head = 0;
  }

  /** The connection is lost: nothing of what was expected will come. */
  public void abandon() {
    size = 0;
    edited = null;
    flushed = 0;
    failed = false;
  }
}
