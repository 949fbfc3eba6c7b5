package dev.heimdall.engine.prepared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A client's names of prepared statements. A look-up by the bytes of a message allocates nothing.
 */
public final class PreparedNames {
  /** Of so many names that are gone the errors that are to come have the client's names. */
  private static final int MOST_FORGOTTEN = 16;

  private static final ServerError TOO_MANY =
      ServerError.fatal(Sqlstate.CONFIGURATION_LIMIT_EXCEEDED, "too many prepared statements");

  private final StatementRegistry registry;
  private final Map<Name, PreparedStatement> statements = new HashMap<>(4);
  private final Name probe = new Name(new byte[64], 0);
  private byte[] lastName = new byte[0];
  private PreparedStatement last;

  /** Names whose Parse failed, or that are gone: errors may come for what uses them. */
  private final ArrayDeque<Forgotten> forgotten = new ArrayDeque<>(0);

  private String refused;
  private String unknown;
  private boolean closed;

  /** True if a transaction is open whose changes of names may have to be taken back. */
  private boolean remembers;

  /** Meanings of the touched names when the transaction began; null where no name was touched. */
  private Map<Name, PreparedStatement> before;

  /** Meanings of the same names when they were taken back to the earlier ones. */
  private Map<Name, PreparedStatement> after;

  public PreparedNames(StatementRegistry registry) {
    this.registry = registry;
  }

  /**
   * Error because of which the client may not have another statement; null if it may.
   *
   * @param most how many it may have
   */
  public ServerError refusesAnother(int most) {
    if (statements.size() >= most) {
      return TOO_MANY.withDetail("prepared.perClient is " + most + ".");
    }
    return registry.refusesAnother();
  }

  private record Forgotten(PreparedStatement statement, Name name) {}

  private static final class Name {
    private byte[] bytes;
    private int length;
    private int hash;

    Name(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
      rehash();
    }

    void read(ByteBuf from, int at, int size) {
      if (bytes.length < size) {
        bytes = new byte[size];
      }
      from.getBytes(at, bytes, 0, size);
      length = size;
      rehash();
    }

    String text() {
      return new String(bytes, 0, length, ISO_8859_1);
    }

    private void rehash() {
      int value = 1;
      for (int i = 0; i < length; i++) {
        value = 31 * value + bytes[i];
      }
      hash = value;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Name that
          && hash == that.hash
          && Arrays.equals(bytes, 0, length, that.bytes, 0, that.length);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  public int size() {
    return statements.size();
  }

  /** The statement that this part of the buffer names, or null. */
  public PreparedStatement get(ByteBuf buffer, int at, int length) {
    if (last != null && lastName.length == length && sameAsLast(buffer, at)) {
      return last;
    }
    probe.read(buffer, at, length);
    PreparedStatement found = statements.get(probe);
    if (found != null) {
      last = found;
      lastName = Arrays.copyOf(probe.bytes, length);
    }
    return found;
  }

  private boolean sameAsLast(ByteBuf buffer, int at) {
    for (int i = 0; i < lastName.length; i++) {
      if (buffer.getByte(at + i) != lastName[i]) {
        return false;
      }
    }
    return true;
  }

  /** All names, as texts have them. */
  void forEachName(Consumer<String> each) {
    for (Name name : statements.keySet()) {
      each.accept(new String(name.bytes, 0, name.length, UTF_8));
    }
  }

  /** Each name, and what it means. */
  public void forEach(BiConsumer<byte[], PreparedStatement> each) {
    statements.forEach(
        (name, statement) -> each.accept(Arrays.copyOf(name.bytes, name.length), statement));
  }

  public PreparedStatement get(byte[] name) {
    return statements.get(new Name(name, name.length));
  }

  /**
   * Each name, one character for each byte, and what it means on servers: also names that are gone,
   * while something that was sent is not answered. The name that was looked up last comes first:
   * several may mean the same.
   */
  public void forEachOnServer(BiConsumer<String, PreparedStatement> each) {
    if (last != null) {
      each.accept(new String(lastName, ISO_8859_1), last);
    }
    statements.forEach((name, statement) -> each.accept(name.text(), statement));
    for (Forgotten gone : forgotten) {
      each.accept(gone.name().text(), gone.statement());
    }
  }

  /** The name that the server was to refuse last, one character for each byte; null for none. */
  public String refusedName() {
    return refused;
  }

  /** The server refuses, or skips, a statement because the client has this name already. */
  public void refused(byte[] name) {
    refused = new String(name, ISO_8859_1);
  }

  /** The name that no statement has and that servers are sent altered; null for none. */
  public String unknownName() {
    return unknown;
  }

  /** The client uses a name that it has not given, and that could be the node's own. */
  public void unknown(byte[] name) {
    unknown = new String(name, ISO_8859_1);
  }

  public void put(byte[] name, PreparedStatement statement) {
    set(new Name(name, name.length), statement);
  }

  /** Gives the name to a statement that is held for it, or to none. */
  private void set(Name name, PreparedStatement statement) {
    last = null;
    noteBefore(name);
    PreparedStatement replaced =
        statement == null ? statements.remove(name) : statements.put(name, statement);
    if (replaced != null) {
      registry.release(replaced);
    }
    if (statement == null && replaced != null) {
      registry.nameTaken(name.length);
    } else if (statement != null && replaced == null) {
      registry.nameGiven(name.length);
    }
  }

  /** Forgets the name when it still means this statement. */
  public void remove(byte[] name, PreparedStatement statement) {
    last = null;
    Name given = new Name(name, name.length);
    gone(given, statement);
    if (statements.get(given) == statement) {
      set(given, null);
    }
  }

  private void gone(Name name, PreparedStatement statement) {
    if (forgotten.size() == MOST_FORGOTTEN) {
      forgotten.poll();
    }
    forgotten.add(new Forgotten(statement, name));
  }

  /** Everything that the client has sent is answered. */
  public void allAnswered() {
    forgotten.clear();
  }

  public boolean remove(byte[] name) {
    Name gone = new Name(name, name.length);
    PreparedStatement there = statements.get(gone);
    if (there != null) {
      gone(gone, there);
    }
    set(gone, null);
    return there != null;
  }

  /** The client has gone: it names nothing any more. */
  public void close() {
    clear();
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  public void clear() {
    last = null;
    statements.keySet().forEach(this::noteBefore);
    statements.values().forEach(registry::release);
    statements.keySet().forEach(name -> registry.nameTaken(name.length));
    statements.clear();
  }

  // ---- for a transaction that may be run again

  /** A transaction begins: what names mean from now on until {@link #forget} can be taken back. */
  public void remember() {
    forget();
    remembers = true;
  }

  private void noteBefore(Name name) {
    if (!remembers || after != null) {
      return;
    }
    if (before == null) {
      before = new HashMap<>(4);
    }
    if (!before.containsKey(name)) {
      before.put(name, held(statements.get(name)));
    }
  }

  private PreparedStatement held(PreparedStatement statement) {
    if (statement != null) {
      registry.hold(statement);
    }
    return statement;
  }

  /** The transaction is run again: names mean what they meant when it began. */
  public void takeBack() {
    if (before == null) {
      return;
    }
    if (after == null) {
      after = new HashMap<>(4);
      before.keySet().forEach(name -> after.put(name, held(statements.get(name))));
    }
    before.forEach((name, statement) -> set(name, held(statement)));
  }

  /** The transaction was run again as far as it had come: names mean what it has made of them. */
  public void keep() {
    release(after);
    after = null;
  }

  /** The transaction could not be run again: names mean what they meant to its client. */
  public void bringBack() {
    Map<Name, PreparedStatement> meant = after;
    if (meant != null) {
      meant.forEach((name, statement) -> set(name, held(statement)));
      keep();
    }
  }

  /** The transaction is over. */
  public void forget() {
    release(before);
    release(after);
    before = null;
    after = null;
    remembers = false;
  }

  private void release(Map<Name, PreparedStatement> held) {
    if (held != null) {
      for (PreparedStatement statement : held.values()) {
        if (statement != null) {
          registry.release(statement);
        }
      }
    }
  }
}
