package dev.heimdall.engine.backend;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;

/**
 * The prepared statements of one server connection, least recently used first, and the unnamed
 * one's owner: what the server has, or will have by the time it reads what is sent next.
 */
public final class ServerStatements {
  private final int limit;

  /**
   * The server plans a statement for its parameters' values this many times, and may then settle on
   * one plan for all. A statement that its clients parse each time must not come to that.
   */
  private static final int CUSTOM_PLANS = 5;

  private final LinkedHashMap<PreparedStatement, Use> prepared =
      new LinkedHashMap<>(16, 0.75f, true);
  private final ArrayDeque<PendingName> pendingNames = new ArrayDeque<>();
  private Object unnamedOwner;
  private long unnamedVersion;

  private static final class Use {
    private boolean confirmed;
    private int binds;
  }

  /**
   * A Parse that was sent, or a Parse or Close that the node will answer, and that was not answered
   * yet.
   *
   * @param statement null for an unnamed one, for one that the server knows already and for a Close
   * @param undo run when the server refuses or skips it; may be null
   */
  public record PendingName(PreparedStatement statement, Runnable undo) {}

  ServerStatements(int limit) {
    this.limit = limit;
  }

  /**
   * Whether the server has the statement, or will have it by the time it reads what is sent next.
   */
  public boolean knows(PreparedStatement statement) {
    return prepared.get(statement) != null;
  }

  /**
   * Notes that a Parse is being sent, or a Close promised; the least recently used statement makes
   * room for a new one.
   *
   * @return a statement to close on the server first, or null
   */
  public PreparedStatement parsing(PendingName parse) {
    pendingNames.add(parse);
    return parse.statement() == null ? null : preparing(parse.statement());
  }

  /**
   * Whether the server has said that the statement is prepared: only then may another name for it
   * be answered without asking the server.
   */
  public boolean confirmed(PreparedStatement statement) {
    Use use = prepared.get(statement);
    return use != null && use.confirmed;
  }

  /** Notes that a statement is being prepared by SQL; otherwise as {@link #parsing}. */
  public PreparedStatement preparing(PreparedStatement statement) {
    prepared.put(statement, new Use());
    if (prepared.size() > limit) {
      var eldest = prepared.keySet().iterator();
      PreparedStatement victim = eldest.next();
      if (victim != statement) {
        eldest.remove();
        return victim;
      }
    }
    return null;
  }

  /** The server has prepared it. */
  public void confirm(PreparedStatement statement) {
    Use use = prepared.get(statement);
    if (use != null) {
      use.confirmed = true;
    }
  }

  /** Notes that a statement is being bound. */
  public void bound(PreparedStatement statement) {
    Use use = prepared.get(statement);
    if (use != null) {
      use.binds++;
    }
  }

  /**
   * Whether the statement, if it is here at all, must be parsed anew so that it is planned as one
   * just parsed.
   */
  public boolean worn(PreparedStatement statement) {
    if (!statement.isAnonymous()) {
      return false;
    }
    Use use = prepared.get(statement);
    return use != null && use.binds >= CUSTOM_PLANS;
  }

  public void forget(PreparedStatement statement) {
    prepared.remove(statement);
  }

  /** After DISCARD ALL or DEALLOCATE ALL. */
  public void forgetAll() {
    prepared.clear();
    unnamedOwner = null;
  }

  public int count() {
    return prepared.size();
  }

  /** Whether the server's unnamed statement is this version of the owner's. */
  public boolean hasUnnamed(Object owner, long version) {
    return unnamedOwner == owner && unnamedVersion == version;
  }

  public void unnamed(Object owner, long version) {
    this.unnamedOwner = owner;
    this.unnamedVersion = version;
  }

  /** The server has prepared the statement whose Parse it answers next. */
  void parsed() {
    PendingName parse = pendingNames.poll();
    if (parse.statement() != null) {
      confirm(parse.statement());
    }
  }

  /** The node answered the Parse or Close that comes next. */
  void answered() {
    pendingNames.poll();
  }

  /**
   * The server refused, or skipped, this many of them. The last is undone first: a name may have
   * been closed and given anew.
   */
  void refused(int count) {
    PendingName[] undone = new PendingName[count];
    for (int i = count - 1; i >= 0; i--) {
      undone[i] = pendingNames.poll();
    }
    for (PendingName parse : undone) {
      if (parse.statement() != null) {
        prepared.remove(parse.statement());
      } else {
        unnamedOwner = null;
      }
      if (parse.undo() != null) {
        parse.undo().run();
      }
    }
  }
}
