package dev.heimdall.engine.prepared;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The prepared statements of one server connection, least recently used first, and the unnamed
 * one's owner: what the server has, or will have by the time it reads what is sent next.
 */
public final class ServerStatements {
  /**
   * The server plans a statement for its parameters' values this many times, and may then settle on
   * one plan for all. A statement that its clients parse each time must not come to that.
   */
  private static final int CUSTOM_PLANS = 5;

  private final StatementBounds bounds;
  private final LinkedHashMap<StatementName, StatementUse> prepared =
      new LinkedHashMap<>(16, 0.75f, true);
  private final LongSupplier group;
  private final ArrayDeque<Pending> pendingNames = new ArrayDeque<>();
  private HeldStatements server;
  private long bytes;
  private int closings;
  private Object unnamedOwner;
  private boolean namesMoved;
  private boolean readOtherwise;
  private boolean parsedUnsettled;
  private long unnamedVersion;

  /**
   * A Parse or Close that was sent, one that the node will answer, or a Describe that it looks at,
   * and that was not answered yet.
   *
   * @param statement of a Parse; null for an unnamed one, and for one that the server knows already
   * @param undo told how the server takes it; may be null
   * @param use what the Parse makes of its statement, which may have been forgotten, or parsed
   *     again, since; null where it makes nothing
   * @param described for a Describe only: takes what the server answers
   * @param closing for a Close that the node put in only
   */
  private record Pending(
      PreparedStatement statement,
      NameUndo undo,
      StatementUse use,
      Consumer<StatementShape> described,
      Closing closing) {}

  /**
   * @param group the number of the group that a message sent now belongs to
   */
  public ServerStatements(StatementRoom room, LongSupplier group) {
    this.bounds = room.bounds();
    this.server = room.server();
    this.group = group;
  }

  /**
   * True if the server has the statement, or will have it by the time it reads what is sent next.
   */
  public boolean knows(PreparedStatement statement) {
    return use(statement) != null;
  }

  /**
   * True if the server may have the statement: it is to be closed before it is parsed. That one of
   * the node's own Closes was sent says little before it is answered, because an earlier error may
   * have the server skip it.
   */
  public boolean mayKnow(PreparedStatement statement) {
    return prepared.containsKey(statement.name()) || nextClosing(statement.name()) != null;
  }

  private Closing nextClosing(StatementName statement) {
    if (closings == 0) {
      return null;
    }
    for (Pending pending : pendingNames) {
      Closing closing = pending.closing();
      if (closing != null && closing.statement == statement) {
        return closing;
      }
    }
    return null;
  }

  /** Use of the statement before the next Close in flight, or else before what is sent next. */
  private StatementUse next(StatementName statement) {
    Closing closing = nextClosing(statement);
    return closing == null ? prepared.get(statement) : closing.use;
  }

  private void next(StatementName statement, StatementUse use) {
    Closing closing = nextClosing(statement);
    if (closing != null) {
      closing.use = use;
    } else if (use == null) {
      remove(statement);
    } else {
      put(statement, use);
    }
  }

  /**
   * The statement that is to be closed before this one is prepared, the least recently used one, or
   * null where there is room.
   */
  public StatementName victimOf(PreparedStatement statement) {
    StatementName name = statement.name();
    boolean room = prepared.size() < bounds.count() && bytes + name.size() <= bounds.bytes();
    return room || prepared.containsKey(name) ? null : eldest();
  }

  /** The least recently used one that may be closed; null for none. */
  public StatementName eldest() {
    for (StatementName eldest : prepared.keySet()) {
      if (!eldest.isGiven()) { // or texts that the node does not read would miss it
        return eldest;
      }
    }
    return null;
  }

  /** Least recently used statement to be closed among those that no client holds; null for none. */
  public StatementName unheld() {
    for (StatementName eldest : prepared.keySet()) {
      if (eldest.users == 0 && !eldest.isGiven()) {
        return eldest;
      }
    }
    return null;
  }

  // ---- with the node's other connections to the server

  /** Prepared statements of all connections of the node to the server. */
  public HeldStatements server() {
    return server;
  }

  /** True if all connections to the server hold as many as they may: one more needs room. */
  public boolean serverFull() {
    return server.count() >= bounds.ofServer(server.limit());
  }

  /** True if they hold nearly as many: so far is room made at a time. */
  public boolean serverNearlyFull() {
    int most = bounds.ofServer(server.limit());
    return server.count() > most - Math.max(1, most / 8);
  }

  /** The connection has ended, and the server has forgotten all of them. */
  public void ended() {
    forgetAll();
    server = new HeldStatements(); // what is noted from now on is nowhere
  }

  // ---- what is there

  /**
   * Other statements that the server may have by the statement's name, which a client has given: to
   * be closed before the statement is prepared.
   */
  public List<StatementName> namesakesOf(PreparedStatement statement) {
    StatementName name = statement.name();
    if (!name.isGiven()) {
      return List.of();
    }
    List<StatementName> namesakes = new ArrayList<>(0);
    for (StatementName each : prepared.keySet()) {
      if (each.isNamesakeOf(name)) {
        namesakes.add(each);
      }
    }
    for (Pending pending : pendingNames) {
      Closing closing = pending.closing();
      if (closing != null
          && closing.use != null
          && closing.statement.isNamesakeOf(name)
          && !namesakes.contains(closing.statement)) {
        namesakes.add(closing.statement);
      }
    }
    return namesakes;
  }

  /** All that the server has, or may have, under names of the node's. */
  public List<StatementName> ours() {
    return prepared.keySet().stream().filter(name -> !name.isGiven()).toList();
  }

  private void put(StatementName statement, StatementUse use) {
    if (!prepared.containsKey(statement)) {
      bytes += statement.size();
      server.add(1);
    }
    prepared.put(statement, use);
  }

  private StatementUse remove(StatementName statement) {
    if (prepared.containsKey(statement)) {
      bytes -= statement.size();
      server.add(-1);
    }
    return prepared.remove(statement);
  }

  /** Use of the statement that the server has for certain, once what was sent is carried out. */
  private StatementUse use(PreparedStatement statement) {
    StatementUse use = prepared.get(statement.name());
    return use == null || use.standing == Standing.DOUBTED ? null : use;
  }

  /**
   * Notes that the node puts a Close into what is being sent.
   *
   * @param statement null where it closes no client's
   */
  public void closing(StatementName statement) {
    closing(statement, null);
  }

  /**
   * Notes that the node puts a Close that may be skipped into what is being sent.
   *
   * @param skipped told then; may be null
   */
  public void closing(StatementName statement, NameUndo skipped) {
    StatementUse use = statement == null ? null : remove(statement);
    closings++;
    pendingNames.add(new Pending(null, skipped, null, null, new Closing(statement, use)));
  }

  private void skipped(Closing closing) {
    if (closing.use == null) {
      return;
    }
    StatementUse since = next(closing.statement);
    if (since == null) {
      next(closing.statement, closing.use);
    } else {
      since.beneath = closing.use;
    }
  }

  /**
   * Notes that a Parse is being sent, or a Parse or Close that is not sent will be answered.
   *
   * @param statement null for an unnamed one, for one that the server knows already, and a Close
   * @param undo told how the server takes it; may be null
   */
  public void parsing(PreparedStatement statement, NameUndo undo) {
    if (statement != null) {
      preparing(statement);
    }
    StatementUse use = statement == null ? null : use(statement);
    pendingNames.add(new Pending(statement, undo, use, null, null));
  }

  /** The Parse that was just noted is a client's own. */
  public void parsedFor(PreparedStatement statement, Object client) {
    use(statement).parsedFor = client;
  }

  /**
   * True if what is sent next for a client may rely on the statement. A Parse that was sent in an
   * earlier group and is not answered may yet be skipped after an error there; that counts only for
   * the client whose own Parse it is.
   */
  public boolean certain(PreparedStatement statement, Object client) {
    StatementUse use = use(statement);
    return use != null
        && (use.confirmed || use.group == group.getAsLong() || use.parsedFor == client);
  }

  /**
   * True if the server has said that the statement is prepared: only then may another name for it
   * be answered without asking the server.
   */
  public boolean confirmed(PreparedStatement statement) {
    StatementUse use = use(statement);
    return use != null && use.confirmed && use.standing != Standing.MISFIT;
  }

  /** Notes that a statement is being prepared by SQL. */
  public void preparing(PreparedStatement statement) {
    StatementUse use = new StatementUse(group.getAsLong());
    if (namesMoved && !statement.isAlone()) {
      use.unsettled = true;
      parsedUnsettled = true;
    }
    use.misread = readOtherwise && !statement.isAlone();
    put(statement.name(), use);
  }

  /**
   * Sets whether names may mean something else in what is parsed from now on than the statement's
   * identity says, or just that again.
   */
  public void namesMoved(boolean now) {
    namesMoved = now;
  }

  /** True if the settings are others than those that the statements parsed from now on name. */
  public void readOtherwise(boolean now) {
    readOtherwise = now;
  }

  /** True if what the server has of the statement is right for its present client alone. */
  public boolean misread(PreparedStatement statement) {
    StatementUse use = use(statement);
    return use != null && use.misread;
  }

  /** Names mean again what they did: what was parsed meanwhile is parsed anew before it is used. */
  public void settle() {
    namesMoved = false;
    if (parsedUnsettled) {
      parsedUnsettled = false;
      prepared.replaceAll((statement, use) -> use.unsettled ? StatementUse.doubted() : use);
    }
  }

  /** The server has prepared it. */
  public void confirm(PreparedStatement statement) {
    StatementUse use = use(statement);
    if (use != null) {
      confirm(use);
    }
  }

  private static void confirm(StatementUse use) {
    use.confirmed = true;
    use.beneath = null;
    use.parsedFor = null; // it may be gone
  }

  /** Notes that a statement is being bound. */
  public void bound(PreparedStatement statement) {
    StatementUse use = use(statement);
    if (use != null) {
      use.binds++;
    }
  }

  /**
   * True if the statement, if it is here at all, must be parsed anew so that it is planned as one
   * just parsed.
   */
  public boolean worn(PreparedStatement statement) {
    if (!statement.isAnonymous()) {
      return false;
    }
    StatementUse use = use(statement);
    return use != null && use.binds >= CUSTOM_PLANS;
  }

  /** State of the statement by the time that the server reads what is sent next. */
  public Standing standing(PreparedStatement statement) {
    StatementUse use = use(statement);
    return use == null ? Standing.ABSENT : use.standing;
  }

  /** The server was asked for the shape of the statement, which was just parsed anew. */
  public void asked(PreparedStatement statement) {
    use(statement).standing = Standing.ASKED;
  }

  /** The statement is as its clients know it. */
  public void fits(PreparedStatement statement) {
    StatementUse use = use(statement);
    if (use != null) {
      use.standing = Standing.HERE;
    }
  }

  /**
   * Notes that the server's statement of this name is not the one that its clients know.
   *
   * @param epoch of the schema then
   */
  public void misfit(PreparedStatement statement, long epoch) {
    StatementUse use = use(statement);
    if (use != null) {
      use.standing = Standing.MISFIT;
      use.misfitSince = epoch;
    }
  }

  /** The schema's epoch when a misfit was found to be one. */
  public long misfitSince(PreparedStatement statement) {
    return use(statement).misfitSince;
  }

  /** Notes that a Describe of a statement is being sent whose answer is looked at. */
  public void describing(Consumer<StatementShape> described, NameUndo undo) {
    pendingNames.add(new Pending(null, undo, null, described, null));
  }

  /** Forgets the last preparation of the statement: it failed, or it was deallocated. */
  public void forget(PreparedStatement statement) {
    StatementUse use = next(statement.name());
    if (use != null && use.standing != Standing.DOUBTED) {
      next(statement.name(), use.beneath);
    }
  }

  /** After DISCARD ALL or DEALLOCATE ALL. */
  public void forgetAll() {
    server.add(-prepared.size());
    prepared.clear();
    bytes = 0;
    for (Pending pending : pendingNames) {
      if (pending.closing() != null) {
        pending.closing().use = null;
      }
    }
    unnamedOwner = null;
  }

  /** Notes that it is not known whether the server still has the statement. */
  public void doubt(PreparedStatement statement) {
    if (prepared.containsKey(statement.name())) {
      prepared.put(statement.name(), StatementUse.doubted());
    }
  }

  /** Notes that the server may have no statement: DEALLOCATE ALL was sent, perhaps not run. */
  public void doubtAll() {
    prepared.replaceAll((statement, use) -> StatementUse.doubted());
  }

  /**
   * Notes a message that drops all statements, as its answer will confirm.
   *
   * @return notified of the answer
   */
  public NameUndo dropsAll() {
    StatementUse doubted = StatementUse.doubted();
    prepared.replaceAll((statement, use) -> doubted);
    return new NameUndo() {
      @Override
      public void refused() {} // they may be there

      @Override
      public void settled() {
        dropped(doubted);
      }
    };
  }

  private void dropped(StatementUse doubted) {
    List.copyOf(prepared.entrySet()).stream()
        .filter(entry -> entry.getValue() == doubted)
        .forEach(entry -> remove(entry.getKey()));
    for (Pending pending : pendingNames) {
      if (pending.closing() != null && pending.closing().use == doubted) {
        pending.closing().use = null;
      }
    }
  }

  public int count() {
    return prepared.size();
  }

  /** Bytes of their texts. */
  public long bytes() {
    return bytes;
  }

  /** Messages about statements that were noted and have no answer yet. */
  public int unanswered() {
    return pendingNames.size();
  }

  /** True if the server's unnamed statement is this version of the owner's. */
  public boolean hasUnnamed(Object owner, long version) {
    return unnamedOwner == owner && unnamedVersion == version;
  }

  public void unnamed(Object owner, long version) {
    this.unnamedOwner = owner;
    this.unnamedVersion = version;
  }

  /** Removes the undo for a failing Parse whose sender has gone elsewhere. */
  void keepFromUndoing(Predicate<NameUndo> undone) {
    for (int i = pendingNames.size(); i > 0; i--) {
      Pending each = pendingNames.poll();
      pendingNames.add(
          undone.test(each.undo())
              ? new Pending(each.statement(), null, each.use(), each.described(), each.closing())
              : each);
    }
  }

  /** The server has prepared the statement whose Parse it answers next, by the name sent. */
  public void parsed() {
    parsed(0);
  }

  /**
   * Notes that the server has prepared the statement whose Parse it answers next, and the number by
   * which it knows the statement from now on.
   *
   * @param handle its number
   */
  public void parsed(long handle) {
    Pending parse = pendingNames.poll();
    if (parse.use() != null) {
      parse.use().handle = handle;
      confirm(parse.use());
    }
    settled(parse);
  }

  private static void settled(Pending pending) {
    NameUndo undo = pending.undo();
    if (undo != null) {
      undo.settled();
    }
  }

  /** The number that the server has given to a statement that it has, if it numbers them. */
  public long handle(StatementName statement) {
    return prepared.get(statement).handle;
  }

  /** The server has carried out the node's own Close that comes next. */
  public void closed() {
    settled(pendingNames.poll());
    closings--;
  }

  /**
   * The server has answered the Describe that comes next.
   *
   * @param shape null where the answer cannot be understood
   */
  public void described(StatementShape shape) {
    Pending describe = pendingNames.poll();
    if (shape != null) {
      describe.described().accept(shape);
    } else if (describe.undo() != null) {
      describe.undo().refused();
    }
  }

  /** The node answered the Parse or Close that comes next. */
  public void answered() {
    settled(pendingNames.poll());
  }

  /** The server has refused the first of this many of them, and skips the others. */
  public void refused(int count) {
    undo(count, count - 1);
  }

  /** The server skips this many of them. */
  public void skipped(int count) {
    undo(count, count);
  }

  /** The last is undone first: a name may have been closed and given anew. */
  private void undo(int count, int skipped) {
    Pending[] undone = new Pending[count];
    for (int i = count - 1; i >= 0; i--) {
      undone[i] = pendingNames.poll();
      if (undone[i].closing() != null) {
        closings--;
      }
    }
    for (int i = 0; i < count; i++) {
      Pending pending = undone[i];
      if (pending.closing() != null) {
        skipped(pending.closing());
      } else if (pending.use() != null) {
        if (next(pending.statement().name()) == pending.use()) {
          forget(pending.statement());
        }
      } else if (pending.described() == null) {
        unnamedOwner = null;
      }
      NameUndo undo = pending.undo();
      if (undo != null && i < skipped) {
        undo.skipped();
      } else if (undo != null) {
        undo.refused();
      }
    }
  }
}
