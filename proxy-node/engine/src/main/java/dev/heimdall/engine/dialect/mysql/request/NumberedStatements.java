package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;

/** The statements that a client has prepared, by the node's numbers of them. */
final class NumberedStatements {
  /** MariaDB's drivers call the statement so that they have prepared last. */
  private static final int LAST = -1;

  private final StatementRegistry registry;
  private final Map<Integer, ClientStatement> statements = new HashMap<>(4);
  private int last;
  private long longBytes;

  /** What is being prepared has no number yet: it is nobody's when the client goes. */
  private PreparedStatement unnumbered;

  /**
   * @param registry of which each statement here is one that is released when it goes
   */
  NumberedStatements(StatementRegistry registry) {
    this.registry = registry;
  }

  int size() {
    return statements.size();
  }

  /** The one that the command at this place names; null for none. */
  ClientStatement named(ByteBuf in, int at) {
    int number = number(in, at);
    return statements.get(number == LAST ? last : number);
  }

  /** The number in the command at this place; 0 where it is too short for one. */
  static int number(ByteBuf in, int at) {
    return Packet.payload(in, at) < 5 ? 0 : in.getIntLE(at + Packet.HEADER + 1);
  }

  // ---- they come and go

  /** The number of the next one. */
  int next() {
    return last + 1;
  }

  /** A statement that is to get the next number was acquired. */
  void begin(PreparedStatement statement) {
    unnumbered = statement;
  }

  /** It gets its number. */
  void keep(
      int id,
      PreparedStatement statement,
      ClassifiedText examined,
      int parameters,
      Variables settings) {
    statements.put(id, new ClientStatement(id, statement, examined, parameters, settings));
    last = id;
    unnumbered = null;
  }

  /** It cannot be prepared. */
  void forgetUnnumbered() {
    if (unnumbered != null) {
      registry.release(unnumbered);
      unnumbered = null;
    }
  }

  void close(ClientStatement closed) {
    statements.remove(closed.id);
    forgetLongData(closed);
    registry.release(closed.statement);
  }

  void forget() {
    for (ClientStatement each : statements.values()) {
      registry.release(each.statement);
    }
    statements.clear();
    forgetUnnumbered();
    longBytes = 0;
  }

  // ---- what they have

  /** Whether rows of some of them wait on the server to be fetched. */
  boolean haveCursor() {
    return statements.values().stream().anyMatch(one -> one.cursor);
  }

  /** Keeps a part of a value, a command at the reader's position. */
  void add(ClientStatement of, ByteBuf command, int total) {
    of.add(command, total);
    longBytes += total;
  }

  void forgetLongData(ClientStatement of) {
    longBytes -= of.longBytes();
    of.forgetLongData();
  }

  /** Bytes of all parts of values that are kept. */
  long longBytes() {
    return longBytes;
  }
}
