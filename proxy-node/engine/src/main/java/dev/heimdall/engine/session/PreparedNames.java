package dev.heimdall.engine.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.heimdall.engine.backend.PreparedStatement;
import dev.heimdall.engine.backend.StatementRegistry;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A client's names of prepared statements. A look-up by the bytes of a message allocates nothing.
 */
final class PreparedNames {
  private final StatementRegistry registry;
  private final Map<Name, PreparedStatement> statements = new HashMap<>(4);
  private final Name probe = new Name(new byte[64], 0);
  private byte[] lastName = new byte[0];
  private PreparedStatement last;
  private PreparedStatement forgotten;
  private Name forgottenName;

  PreparedNames(StatementRegistry registry) {
    this.registry = registry;
  }

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

  int size() {
    return statements.size();
  }

  /** The statement that this part of the buffer names, or null. */
  PreparedStatement get(ByteBuf buffer, int at, int length) {
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

  PreparedStatement get(byte[] name) {
    return statements.get(new Name(name, name.length));
  }

  /**
   * The text with the names of statements on the server replaced by this client's, one character
   * for each byte.
   */
  String inClientsNames(String text) {
    String changed = text;
    for (Map.Entry<Name, PreparedStatement> entry : statements.entrySet()) {
      changed = withName(changed, entry.getValue(), entry.getKey());
    }
    return forgotten == null ? changed : withName(changed, forgotten, forgottenName);
  }

  private static String withName(String text, PreparedStatement statement, Name name) {
    String quoted = '"' + new String(statement.serverName(), ISO_8859_1) + '"';
    return text.contains(quoted)
        ? text.replace(quoted, '"' + new String(name.bytes, 0, name.length, ISO_8859_1) + '"')
        : text;
  }

  void put(byte[] name, PreparedStatement statement) {
    last = null;
    PreparedStatement before = statements.put(new Name(name, name.length), statement);
    if (before != null) {
      registry.release(before);
    }
  }

  /** Forgets the name when it still means this statement. */
  void remove(byte[] name, PreparedStatement statement) {
    last = null;
    forgotten =
        statement; // what was sent before the server refused it will be refused by this name
    forgottenName = new Name(name, name.length);
    if (statements.remove(new Name(name, name.length), statement)) {
      registry.release(statement);
    }
  }

  boolean remove(byte[] name) {
    last = null;
    PreparedStatement removed = statements.remove(new Name(name, name.length));
    if (removed != null) {
      registry.release(removed);
    }
    return removed != null;
  }

  void clear() {
    last = null;
    statements.values().forEach(registry::release);
    statements.clear();
  }
}
