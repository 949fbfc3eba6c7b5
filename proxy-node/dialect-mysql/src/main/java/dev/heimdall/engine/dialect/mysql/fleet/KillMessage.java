package dev.heimdall.engine.dialect.mysql.fleet;

import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request to another node as the answer to that node's greeting: a log-in by a method of its own,
 * whose proof is for the greeting's challenge. The user is the one who kills; the rest stands in
 * attributes.
 */
public final class KillMessage {
  /** In the place of a method of log-in; no server and no driver has one of this name. */
  public static final String METHOD = "heimdall_kill";

  static final long CAPABILITIES =
      Capability.PROTOCOL_41
          | Capability.SECURE_CONNECTION
          | Capability.PLUGIN_AUTH
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.CONNECT_ATTRS;

  private static final String SESSION = "session";
  private static final String SCOPE = "scope";
  private static final String QUERY = "query";
  private static final String CONNECTION = "connection";
  private static final String VDB = "vdb";
  private static final String OPERATOR = "operator";
  private static final int UTF8MB4 = 45;
  private static final int RESERVED = 23;

  private KillMessage() {}

  /** Appends what is sent before TLS begins. */
  static void writeTlsRequest(ByteBuf out, int sequence) {
    int at = Packet.begin(out, sequence);
    writeTerms(out, CAPABILITIES | Capability.SSL);
    Packet.end(out, at);
  }

  /** Appends a whole packet. */
  static void write(ByteBuf out, int sequence, KillRequest request, byte[] proof, boolean tls) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put(SESSION, Integer.toString(request.session()));
    attributes.put(SCOPE, request.connection() ? CONNECTION : QUERY);
    attributes.put(VDB, request.vdb());
    attributes.put(OPERATOR, Boolean.toString(request.operator()));
    int at = Packet.begin(out, sequence);
    writeTerms(out, tls ? CAPABILITIES | Capability.SSL : CAPABILITIES);
    Handshake.writeZeroEnded(out, request.user());
    LengthEncoded.write(out, proof);
    out.writeCharSequence(METHOD, StandardCharsets.US_ASCII);
    out.writeByte(0);
    ByteBuf written = out.alloc().buffer(128);
    attributes.forEach(
        (name, value) -> {
          LengthEncoded.write(written, name);
          LengthEncoded.write(written, value);
        });
    LengthEncoded.write(out, written.readableBytes());
    out.writeBytes(written);
    written.release();
    Packet.end(out, at);
  }

  private static void writeTerms(ByteBuf out, long capabilities) {
    out.writeIntLE((int) capabilities)
        .writeIntLE(Packet.MAX_PAYLOAD)
        .writeByte(UTF8MB4)
        .writeZero(RESERVED);
  }

  /** True if who greets so can be sent a request at all. */
  static boolean fits(Handshake greeting) {
    return greeting.offers(CAPABILITIES);
  }

  /**
   * Reads what was written.
   *
   * @throws IllegalArgumentException where it is no request
   */
  public static KillRequest read(String user, Map<String, String> attributes) {
    String session = attributes.getOrDefault(SESSION, "");
    String scope = attributes.getOrDefault(SCOPE, "");
    String operator = attributes.getOrDefault(OPERATOR, "");
    String vdb = attributes.getOrDefault(VDB, "");
    boolean sound =
        (scope.equals(QUERY) || scope.equals(CONNECTION))
            && (operator.equals("true") || operator.equals("false"));
    if (!sound) {
      throw new IllegalArgumentException("no request to kill a session");
    }
    return new KillRequest(
        Integer.parseInt(session), scope.equals(CONNECTION), vdb, user, operator.equals("true"));
  }
}
