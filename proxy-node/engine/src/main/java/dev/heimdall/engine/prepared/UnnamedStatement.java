package dev.heimdall.engine.prepared;

import dev.heimdall.engine.memory.ClientShare;
import dev.heimdall.engine.memory.ClientUsage;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A client's unnamed prepared statement: its text, or the named one that stands for it at servers.
 * A text has a version, by which it finds out whether a server connection still has it or must be
 * given it again.
 */
public final class UnnamedStatement implements ClientShare.Holder {
  private static final byte[] NOTHING = new byte[0];

  /**
   * Time for which the statement is kept: a client that describes a statement and then binds it is
   * back sooner; for others it ends with its batch.
   */
  static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** A text below this is kept when the statement is gone, for the next one. */
  private static final int KEPT_BUFFER = 4096;

  private static final int OF_FORMER = 150;

  private static final Former NONE =
      new Former(NOTHING, -1, LexerMode.STANDARD, null, null, null, 0, null, 0);

  private final StatementRegistry registry;
  private final ClientUsage memory;
  private final BooleanSupplier idle;
  private final LongSupplier clock;

  /**
   * Unanswered Parse and Close messages, each with the statement that is there again if the server
   * skips it; oldest first.
   */
  private final ArrayDeque<Change> formers = new ArrayDeque<>(0);

  /** Bytes of those. */
  private long kept;

  /** The next one is noted in this, which was answered; null where that is not. */
  private Change spare;

  private byte[] body = NOTHING;
  private int length = -1;
  private LexerMode readIn = LexerMode.STANDARD;

  /** Settings by which its names were found when it was parsed; null where they are not known. */
  private String scope;

  private long version;
  private long lastVersion;

  /** Of the server connection that was given the text last: the group of that Parse. */
  private long group;

  private StatementFacts facts;
  private Object source;
  private int sourceWeight;
  private PreparedStatement cached;
  private long lastUsed;

  /**
   * Named statement that stood for it before, to which pending errors may refer; it is not held.
   */
  private PreparedStatement stoodForIt;

  /** Former statement, or none. */
  private record Former(
      byte[] body,
      int length,
      LexerMode readIn,
      String scope,
      StatementFacts facts,
      Object source,
      int sourceWeight,
      PreparedStatement cached,
      long version) {
    long weight() {
      return OF_FORMER + body.length + (long) sourceWeight;
    }
  }

  /** A Parse or Close of the client's that is not answered. */
  private final class Change implements NameUndo {
    /** The version that it has made. */
    private long made;

    /** The group of messages that it belongs to. */
    private long of;

    /** Null where nothing stands ahead of it for which the server might skip it. */
    private Former before;

    boolean isOf(UnnamedStatement statement) {
      return statement == UnnamedStatement.this;
    }

    @Override
    public void refused() {
      undo(this, NONE);
    }

    @Override
    public void skipped() {
      undo(this, before == null ? NONE : before);
    }

    @Override
    public void settled() {
      spare = this;
      if (before != null) {
        release(leave(this));
        count();
      }
    }
  }

  /**
   * @param memory what it takes
   * @param idle whether its client waits for nothing, is owed nothing and has no server connection
   * @param clock nanoseconds
   */
  public UnnamedStatement(
      StatementRegistry registry, ClientUsage memory, BooleanSupplier idle, LongSupplier clock) {
    this.registry = registry;
    this.memory = memory;
    this.idle = idle;
    this.clock = clock;
  }

  /** The named statement that stands for it; null when it is none, or a text. */
  public PreparedStatement cached() {
    return cached;
  }

  /** True if it is a text that servers know without a name. */
  public boolean isText() {
    return cached == null && length >= 0;
  }

  /** The named statement that stands for it on servers, or stood for it; null for none. */
  public PreparedStatement onServers() {
    return cached == null ? stoodForIt : cached;
  }

  private boolean exists() {
    return cached != null || length >= 0;
  }

  /**
   * Object that its clients' side keeps with it; null if there is no statement, or nothing was
   * kept.
   */
  public Object source() {
    return exists() ? source : null;
  }

  /**
   * Object that the clients' side keeps with the statement that was parsed last, whether it is
   * still there or not.
   */
  public Object lastSource() {
    return source;
  }

  /**
   * @param weight how many bytes it takes that are kept for it alone
   */
  public void source(Object kept, int weight) {
    source = kept;
    sourceWeight = weight;
    count();
  }

  /**
   * True if the node has memory for another text; if not, the client has to be ended.
   *
   * @param size of text, zero byte and parameter types
   * @param weight of what its clients' side will keep with it
   * @param skippable whether what it is now has to be kept beside it
   */
  public boolean hasRoomFor(int size, int weight, boolean skippable) {
    long others = skippable ? kept + OF_FORMER + body.length + sourceWeight : kept;
    return memory.is(others + Math.max(skippable ? 0 : body.length, size) + weight);
  }

  /**
   * True if there is room for another text now.
   *
   * @param size of text, zero byte and parameter types, and of what will be kept with it
   */
  public boolean mayBe(long size) {
    return memory.mayBe(kept + Math.max(body.length, size));
  }

  /** True if there is once others have given way, who are asked to. */
  public boolean waitsFor(long size) {
    boolean waits = memory.mayEverBe(kept + Math.max(body.length, size));
    if (waits) {
      memory.askForRoom();
    }
    return waits;
  }

  /** It is about to be bound or described. */
  public void used() {
    lastUsed = clock.getAsLong();
    memory.uses(this);
  }

  /** To whom it binds then the server says that there is no such statement. */
  @Override
  public void giveWay() {
    if (idle.getAsBoolean() && clock.getAsLong() - lastUsed > KEPT_NANOS) {
      forget();
    }
  }

  private void count() {
    lastUsed = clock.getAsLong();
    memory.is(kept + body.length + sourceWeight, this);
  }

  /** Null when it is none. */
  public StatementFacts facts() {
    if (cached != null) {
      return cached.facts();
    }
    return length < 0 ? null : facts;
  }

  /** Its text, a zero byte and its parameters' types; null when it is none. */
  public byte[] content() {
    if (cached != null) {
      return cached.body();
    }
    return length < 0 ? null : Arrays.copyOf(body, length);
  }

  /** The content of a text in a longer array, which is not to be changed or kept. */
  public byte[] text() {
    return body;
  }

  /** Length of the part of {@link #text} that is the statement's. */
  public int length() {
    return length;
  }

  /** As what its text was read when it was parsed. */
  public LexerMode readIn() {
    return readIn;
  }

  /** True if it is a text that was parsed with these settings of names. */
  public boolean isTextOf(String settings) {
    return isText() && settings.equals(scope);
  }

  /**
   * From now on this named statement stands for it.
   *
   * @return what is to be done when the server does not take the Parse
   */
  public NameUndo becomes(StatementHolder server, PreparedStatement statement) {
    Change change = changes(server);
    releaseCached(); // after the other was acquired: often it is the same
    cached = statement;
    length = -1;
    dropLongBody();
    count();
    return change;
  }

  /**
   * From now on it is this text, which the server is being sent.
   *
   * @param text text, zero byte and parameter types; only read
   * @param mode as what it is read
   * @param settings by which its names are found
   */
  public void becomes(
      StatementHolder server,
      ByteBuf text,
      StatementFacts itsFacts,
      LexerMode mode,
      String settings) {
    Change change = changes(server);
    releaseCached();
    int size = text.readableBytes();
    if (body.length < size || (body.length > KEPT_BUFFER && size < body.length / 4)) {
      body = new byte[Math.max(size, Math.min(size * 2, 1024))];
    }
    count();
    text.getBytes(text.readerIndex(), body, 0, size);
    length = size;
    facts = itsFacts;
    readIn = mode;
    scope = settings;
    isSentTo(server, change);
  }

  /**
   * The server is being sent the text that it lacks: whatever it makes of it, the client has it.
   */
  public void parsedAt(StatementHolder server) {
    isSentTo(server, null);
  }

  private void isSentTo(StatementHolder server, Change change) {
    server.statements().unnamed(this, version);
    server.statements().parsing(null, change);
    group = server.groupNow();
  }

  /** True if the server has the text, or will have it by the time it reads what is sent next. */
  public boolean isAt(StatementHolder server) {
    return server.statements().hasUnnamed(this, version);
  }

  /**
   * From now on it is this text, which no server has seen.
   *
   * @param text text, zero byte and parameter types
   */
  public void becomes(byte[] text, StatementFacts itsFacts) {
    version = ++lastVersion;
    is(text, itsFacts);
  }

  /**
   * Sets the text by a Parse that the node answers in its place among messages to the server.
   *
   * @return what is to be done when the server skips it
   */
  public NameUndo becomes(StatementHolder server, byte[] text, StatementFacts itsFacts) {
    Change change = changes(server);
    is(text, itsFacts);
    return change;
  }

  private void is(byte[] text, StatementFacts itsFacts) {
    releaseCached();
    body = text;
    length = text.length;
    count();
    facts = itsFacts;
    scope = null;
  }

  /** A Close of it is answered in its place among messages to the server. */
  public void closes(StatementHolder server) {
    Change change = changes(server);
    forget();
    change.made = version;
    server.statements().unnamed(null, 0);
    server.statements().parsing(null, change);
  }

  /**
   * True if what it is depends on a batch that is not answered yet: what is skipped there has not
   * changed it, and the server may still have another client's.
   */
  public boolean inDoubt(StatementHolder server) {
    if (isText() && isAt(server) && server.unanswered(group)) {
      return true;
    }
    for (Change change : formers) {
      if (server.unanswered(change.of)) {
        return true;
      }
    }
    return false;
  }

  /** There is none after a simple query, or once its client does not use it. */
  public void forget() {
    version = ++lastVersion;
    length = -1;
    facts = null;
    dropLongBody();
    if (sourceWeight > KEPT_BUFFER) {
      source = null;
      sourceWeight = 0;
    }
    releaseCached();
    count();
  }

  private void dropLongBody() {
    if (body.length > KEPT_BUFFER) {
      body = NOTHING;
    }
  }

  private void releaseCached() {
    if (cached != null) {
      registry.release(cached);
      stoodForIt = cached;
      cached = null;
    }
  }

  // ---- what it was

  /** A message makes something else of it that the server may not take. */
  private Change changes(StatementHolder server) {
    Change change = spare == null ? new Change() : spare;
    spare = null;
    change.of = server.groupNow();
    if (server.groupOpen()) {
      change.before = takeOut();
      formers.add(change);
      kept += change.before.weight();
    }
    version = ++lastVersion;
    change.made = version;
    return change;
  }

  private Former takeOut() {
    if (!exists()) {
      return new Former(NOTHING, -1, readIn, null, null, source, sourceWeight, null, version);
    }
    Former former =
        new Former(body, length, readIn, scope, facts, source, sourceWeight, cached, version);
    body = NOTHING;
    stoodForIt = cached == null ? stoodForIt : cached;
    cached = null;
    return former;
  }

  /** Ends the change, of which the outcome is known; returns the statement before it, or null. */
  private Former leave(Change change) {
    Former before = change.before;
    if (before != null) {
      change.before = null;
      formers.remove(change);
      kept -= before.weight();
    }
    return before;
  }

  private void release(Former former) {
    if (former != null && former.cached() != null) {
      registry.release(former.cached());
    }
  }

  /** In the place of what the change has made of it there is this. */
  private void undo(Change change, Former there) {
    Former before = leave(change);
    if (before != there) {
      release(before);
    }
    if (version == change.made) {
      forget();
      if (there != NONE) {
        bringBack(there);
      }
    } else {
      putBeforeNext(change, there);
    }
    spare = change;
    count();
  }

  private void bringBack(Former former) {
    body = former.body();
    length = former.length();
    readIn = former.readIn();
    scope = former.scope();
    facts = former.facts();
    source = former.source();
    sourceWeight = former.sourceWeight();
    cached = former.cached();
    version = former.version();
  }

  private void putBeforeNext(Change change, Former former) {
    for (Change next : formers) {
      if (next.before.version() == change.made) {
        kept += former.weight() - next.before.weight();
        release(next.before);
        next.before = former;
        return;
      }
    }
    release(former);
  }

  /** True if anything is kept of what it was. */
  public boolean hasFormers() {
    return !formers.isEmpty();
  }

  /** Nothing of the client's is unanswered, or will ever be. */
  public void forgetFormers() {
    if (formers.isEmpty()) {
      return;
    }
    for (Change change : formers) {
      release(change.before);
      change.before = null;
    }
    formers.clear();
    kept = 0;
    count();
  }

  /** Parses of it that are on their way are not answered to its client. */
  public void undoNothing(StatementHolder server) {
    forgetFormers();
    server.statements().keepFromUndoing(undo -> undo instanceof Change own && own.isOf(this));
    if (isAt(server)) {
      server.statements().unnamed(null, 0);
    }
  }
}
