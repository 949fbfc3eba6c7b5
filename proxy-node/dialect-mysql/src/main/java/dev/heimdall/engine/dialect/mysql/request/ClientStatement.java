package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A statement that one client has prepared, by the number that it knows. */
final class ClientStatement {
  final int id;
  final PreparedStatement statement;
  final ClassifiedText examined;
  final int parameters;

  /** By which it was read when it was prepared, the default database among them. */
  final Variables settings;

  /** Of its parameters as the client has given them last; null before. */
  private byte[] types;

  /** Parts of values that go ahead of the next execution: commands as the client has sent them. */
  private final List<byte[]> longData = new ArrayList<>(0);

  private long longBytes;

  /**
   * Error that servers return for each execution, as they reject a part of a value; null for none.
   */
  private ServerError rejected;

  /**
   * Substitute that runs in its place: the statement with numbers that the node knows; null for the
   * statement itself.
   */
  private PreparedStatement stand;

  /** True if rows of its last execution wait on the server to be fetched. */
  boolean cursor;

  ClientStatement(
      int id,
      PreparedStatement statement,
      ClassifiedText examined,
      int parameters,
      Variables settings) {
    this.id = id;
    this.statement = statement;
    this.examined = examined;
    this.parameters = parameters;
    this.settings = settings;
  }

  /** For another process; what runs in its place is put there anew. */
  void write(long schemaEpoch, StateWriter out) {
    out.number(id).bytes(statement.body()).text(statement.scope());
    out.flag(statement.parsedBefore(schemaEpoch));
    out.bytes(examined.sql(), examined.length(), statement.body());
    out.lexerMode(examined.lexerMode());
    out.number(parameters).texts(settings.asMap()).bytes(types);
  }

  /** True if servers run the text that rules look at, and none that one has put in its place. */
  boolean asWritten() {
    byte[] body = statement.body();
    return Arrays.equals(body, 0, body.length, examined.sql(), 0, examined.length());
  }

  /** Statement that servers run for it. */
  PreparedStatement runs() {
    return stand == null ? statement : stand;
  }

  /** Substitute that runs in its place; null for none. */
  PreparedStatement stand() {
    return stand;
  }

  void stand(PreparedStatement now) {
    stand = now;
  }

  byte[] types() {
    return types;
  }

  void types(byte[] given) {
    types = given;
  }

  /** True if an execution names the types that the client has given last. */
  boolean hasTypesOf(TypedCommand execution) {
    return types != null && execution.hasTypes(types);
  }

  /** True if the types of an execution's parameters are known, as far as it needs any. */
  boolean knowsTypes(TypedCommand execution) {
    return types != null || execution.hasTypes() || execution.hasOnlyNulls(parameters);
  }

  /** Keeps a part of a value. */
  void add(ByteBuf command, int total) {
    byte[] part = new byte[total];
    command.getBytes(command.readerIndex(), part);
    longData.add(part);
    longBytes += total;
  }

  /** From now on executions are answered with this, until {@link #reset}. */
  void reject(ServerError error) {
    rejected = error;
  }

  ServerError rejected() {
    return rejected;
  }

  /** The client has it as it was prepared. */
  void reset() {
    rejected = null;
  }

  long longBytes() {
    return longBytes;
  }

  boolean hasLongData() {
    return !longData.isEmpty();
  }

  List<byte[]> longData() {
    return longData;
  }

  /** Complete long values for each parameter, by its position. */
  Map<Integer, ByteArrayOutputStream> longValues() {
    Map<Integer, ByteArrayOutputStream> values = new HashMap<>();
    for (byte[] part : longData) {
      int length = (int) Payload.length(part.length);
      byte[] payload = new byte[length];
      Payload.copy(Unpooled.wrappedBuffer(part), 0, 0, payload, length);
      int parameter = (payload[5] & 0xFF) | (payload[6] & 0xFF) << 8;
      values
          .computeIfAbsent(parameter, place -> new ByteArrayOutputStream())
          .write(payload, 7, length - 7);
    }
    return values;
  }

  void forgetLongData() {
    longData.clear();
    longBytes = 0;
  }
}
