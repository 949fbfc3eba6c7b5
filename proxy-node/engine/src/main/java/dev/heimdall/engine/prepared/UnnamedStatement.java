package dev.heimdall.engine.prepared;

import dev.heimdall.engine.memory.ClientShare;
import dev.heimdall.engine.memory.ClientUsage;
import dev.heimdall.engine.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
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
   * Who describes a statement and then binds it is back sooner; for others it is gone with its
   * batch.
   */
  static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** A text below this is kept when the statement is gone, for the next one. */
  private static final int KEPT_BUFFER = 4096;

  private final StatementRegistry registry;
  private final ClientUsage memory;
  private final BooleanSupplier idle;
  private final LongSupplier clock;
  private final ServerStatements.PendingName parse;
  private final Runnable releaseCached = this::releaseCached;
  private final Runnable forget = this::forget;
  private byte[] body = NOTHING;
  private int length = -1;
  private long version;

  /** Of the server connection that was given the text last: the group of that Parse. */
  private long group;

  private StatementFacts facts;
  private Object source;
  private int sourceWeight;
  private PreparedStatement cached;
  private long lastUsed;

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
    this.parse = new ServerStatements.PendingName(null, forget);
  }

  /** The named statement that stands for it; null when it is none, or a text. */
  public PreparedStatement cached() {
    return cached;
  }

  /** Whether it is a text that servers know without a name. */
  public boolean isText() {
    return cached == null && length >= 0;
  }

  private boolean exists() {
    return cached != null || length >= 0;
  }

  /** What its clients' side keeps with it; null when it is none, or nothing was kept. */
  public Object source() {
    return exists() ? source : null;
  }

  /** The same of the statement that was parsed last, whether it is still there or not. */
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
   * Whether the node has memory for another text; if not, the client has to be ended.
   *
   * @param size of text, zero byte and parameter types
   * @param weight of what its clients' side will keep with it
   */
  public boolean hasRoomFor(int size, int weight) {
    return memory.is(Math.max(body.length, size) + (long) weight);
  }

  /**
   * Whether there is room for another text now.
   *
   * @param size of text, zero byte and parameter types, and of what will be kept with it
   */
  public boolean mayBe(long size) {
    return memory.mayBe(Math.max(body.length, size));
  }

  /** Whether there is once others have given way, who are asked to. */
  public boolean waitsFor(long size) {
    boolean waits = memory.mayEverBe(Math.max(body.length, size));
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
    memory.is(body.length + (long) sourceWeight, this);
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

  /** How much of {@link #text} is the statement's. */
  public int length() {
    return length;
  }

  /** From now on this named statement stands for it. */
  public void becomes(PreparedStatement statement) {
    releaseCached(); // after the other was acquired: often it is the same
    cached = statement;
    length = -1;
    dropLongBody();
    count();
  }

  /** Undoes {@link #becomes} when the server refuses the statement. */
  public Runnable undo() {
    return releaseCached;
  }

  /**
   * From now on it is this text, which the server is being sent.
   *
   * @param text text, zero byte and parameter types; only read
   */
  public void becomes(StatementHolder server, ByteBuf text, StatementFacts itsFacts) {
    releaseCached();
    int size = text.readableBytes();
    if (body.length < size || (body.length > KEPT_BUFFER && size < body.length / 4)) {
      body = new byte[Math.max(size, Math.min(size * 2, 1024))];
    }
    count();
    text.getBytes(text.readerIndex(), body, 0, size);
    length = size;
    facts = itsFacts;
    version++;
    parsedAt(server);
  }

  /** The server is being sent the text. */
  public void parsedAt(StatementHolder server) {
    server.statements().unnamed(this, version);
    server.statements().parsing(parse);
    group = server.groupNow();
  }

  /** Whether the server has the text, or will have it by the time it reads what is sent next. */
  public boolean isAt(StatementHolder server) {
    return server.statements().hasUnnamed(this, version);
  }

  /**
   * From now on it is this text, which no server has seen.
   *
   * @param text text, zero byte and parameter types
   */
  public void becomes(byte[] text, StatementFacts itsFacts) {
    releaseCached();
    body = text;
    length = text.length;
    count();
    facts = itsFacts;
    version++;
  }

  /**
   * Whether its text was parsed in a batch that is not answered yet: if its Parse is skipped there,
   * the server still has another client's.
   */
  public boolean inDoubt(StatementHolder server) {
    return isText() && isAt(server) && server.unanswered(group);
  }

  /** After a simple query, a Close or a failed Parse there is none. */
  public void forget() {
    length = -1;
    facts = null;
    dropLongBody();
    if (sourceWeight > KEPT_BUFFER) {
      source = null;
      sourceWeight = 0;
    }
    count();
    releaseCached();
  }

  private void dropLongBody() {
    if (body.length > KEPT_BUFFER) {
      body = NOTHING;
    }
  }

  /** Parses of it that are on their way are answered to nobody. */
  public void undoNothing(StatementHolder server) {
    server.statements().keepFromUndoing(releaseCached);
    server.statements().keepFromUndoing(forget);
    if (isAt(server)) {
      server.statements().unnamed(null, 0);
    }
  }

  private void releaseCached() {
    if (cached != null) {
      registry.release(cached);
      cached = null;
    }
  }
}
