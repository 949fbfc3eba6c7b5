package dev.heimdall.engine.dialect.postgres.login;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Request of a client when it connects.
 *
 * @param minor minor protocol version asked for, under major version 3
 * @param parameters user, database and start-up parameters as sent; protocol options (`_pq_.…`) are
 *     not among them
 * @param protocolOptions names of the protocol options asked for; none is supported
 */
record StartupPacket(int minor, Map<String, String> parameters, List<String> protocolOptions) {

  /** PostgreSQL's own limit (MAX_STARTUP_PACKET_LENGTH). */
  public static final int MAX_LENGTH = 10_000;

  /** The newest version under major version 3 that the node speaks. */
  public static final int NEWEST_MINOR = 2;

  /** The longest name of a role or database, in bytes. */
  private static final int LONGEST_NAME = 63;

  public String user() {
    return cut(parameters.get("user"));
  }

  /** Longer names mean what they begin with, as at the server. */
  private static String cut(String name) {
    if (name == null || ByteBufUtil.utf8Bytes(name) <= LONGEST_NAME) {
      return name;
    }
    return new String(
        name.getBytes(StandardCharsets.UTF_8), 0, LONGEST_NAME, StandardCharsets.UTF_8);
  }

  /** The database asked for; PostgreSQL takes the user's name when none is given. */
  public String database() {
    String database = parameters.get("database");
    return database == null || database.isEmpty() ? user() : cut(database);
  }

  /** The value of the `replication` parameter, or null for an ordinary session. */
  public String replication() {
    String value = parameters.get("replication");
    if (value == null) {
      return null;
    }
    return switch (value.toLowerCase(java.util.Locale.ROOT)) {
      case "false", "off", "no", "0" -> null;
      default -> value;
    };
  }

  /**
   * The version for NegotiateProtocolVersion, major version in the upper half as in the start-up
   * packet; empty when the client gets all that it asked for and is told nothing.
   */
  public OptionalInt negotiated() {
    return minor <= NEWEST_MINOR && protocolOptions.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(3 << 16 | Math.min(minor, NEWEST_MINOR));
  }

  /**
   * Reads a start-up packet of protocol 3.
   *
   * @param body after length and protocol number; only read
   * @throws ProtocolException when it is malformed
   */
  public static StartupPacket parse(int protocol, ByteBuf body) throws ProtocolException {
    Map<String, String> parameters = new LinkedHashMap<>();
    List<String> options = new ArrayList<>();
    int at = body.readerIndex();
    int end = body.writerIndex();
    while (true) {
      if (at >= end) {
        throw new ProtocolException(
            "invalid startup packet layout: expected terminator as last byte");
      }
      if (body.getByte(at) == 0) {
        if (at != end - 1) {
          throw new ProtocolException(
              "invalid startup packet layout: expected terminator as last byte");
        }
        break;
      }
      int nameEnd = body.indexOf(at, end, (byte) 0);
      int valueEnd = nameEnd < 0 ? -1 : body.indexOf(nameEnd + 1, end, (byte) 0);
      if (valueEnd < 0) {
        throw new ProtocolException("invalid startup packet layout: a parameter has no end");
      }
      String name = body.toString(at, nameEnd - at, StandardCharsets.UTF_8);
      String value = body.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
      if (name.startsWith("_pq_.")) {
        options.add(name);
      } else {
        parameters.put(name, value);
      }
      at = valueEnd + 1;
    }
    return new StartupPacket(
        protocol & 0xffff, Collections.unmodifiableMap(parameters), List.copyOf(options));
  }
}
