package dev.heimdall.engine.dialect.mysql.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/** A client's side of a log-in, packet by packet. */
final class LogInClient {
  static final long WANTED =
      Capability.PROTOCOL_41
          | Capability.SECURE_CONNECTION
          | Capability.PLUGIN_AUTH
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.CONNECT_WITH_DB
          | Capability.CONNECT_ATTRS
          | Capability.DEPRECATE_EOF;

  private final EmbeddedChannel channel;
  private final ByteBuf received = Unpooled.buffer();
  private int sequence;

  LogInClient(EmbeddedChannel channel) {
    this.channel = channel;
  }

  /** The payload of the next packet, which must be there and have the number that comes next. */
  ByteBuf packet() {
    take();
    assertThat(Packet.whole(received, received.readerIndex(), received.writerIndex())).isTrue();
    int length = Packet.payload(received, received.readerIndex());
    assertThat(Packet.sequence(received, received.readerIndex())).isEqualTo(sequence++);
    return received.skipBytes(Packet.HEADER).readSlice(length);
  }

  private void take() {
    channel.runPendingTasks();
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      received.writeBytes(piece);
      piece.release();
    }
  }

  boolean heardNothing() {
    take();
    return !received.isReadable();
  }

  Handshake greeting() {
    return Handshake.read(packet());
  }

  void send(Consumer<ByteBuf> payload) {
    ByteBuf out = Unpooled.buffer();
    int at = Packet.begin(out, sequence++);
    payload.accept(out);
    Packet.end(out, at);
    channel.writeInbound(out);
  }

  void send(byte[] payload) {
    send(out -> out.writeBytes(payload));
  }

  /** The answer to the greeting. */
  void logIn(String user, String plugin, byte[] proof) {
    logIn(WANTED, user, "shop", plugin, proof);
  }

  void logIn(long capabilities, String user, String database, String plugin, byte[] proof) {
    send(
        out -> {
          out.writeIntLE((int) capabilities).writeIntLE(1 << 24).writeByte(45).writeZero(23);
          text(out, user);
          LengthEncoded.write(out, proof);
          if ((capabilities & Capability.CONNECT_WITH_DB) != 0) {
            text(out, database);
          }
          if ((capabilities & Capability.PLUGIN_AUTH) != 0) {
            text(out, plugin);
          }
          if ((capabilities & Capability.CONNECT_ATTRS) != 0) {
            ByteBuf attributes = Unpooled.buffer();
            Map.of("program_name", "shop-web", "_pid", "7")
                .forEach(
                    (name, value) -> {
                      LengthEncoded.write(attributes, name);
                      LengthEncoded.write(attributes, value);
                    });
            LengthEncoded.write(out, attributes.readableBytes());
            out.writeBytes(attributes);
          }
        });
  }

  private static void text(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    out.writeByte(0);
  }

  /** The next packet asks for another method. */
  byte[] challengeOf(String plugin) {
    ByteBuf packet = packet();
    assertThat(packet.readUnsignedByte()).isEqualTo((short) 0xFE);
    assertThat(packet.readCharSequence(packet.bytesBefore((byte) 0), StandardCharsets.US_ASCII))
        .hasToString(plugin);
    byte[] challenge = new byte[20];
    packet.skipBytes(1).readBytes(challenge);
    assertThat(packet.readByte()).isZero();
    return challenge;
  }

  /** What the next packet, which goes on with the method, holds. */
  byte[] more() {
    ByteBuf packet = packet();
    assertThat(packet.readByte()).isEqualTo((byte) 1);
    byte[] data = new byte[packet.readableBytes()];
    packet.readBytes(data);
    return data;
  }

  void close() {
    channel.close();
    channel.runPendingTasks();
  }

  void expectOk() {
    assertThat(packet().readUnsignedByte()).isZero();
  }

  /** The next packet, an error, as number, SQLSTATE and message. */
  String error() {
    ByteBuf packet = packet();
    assertThat(packet.getUnsignedByte(0)).isEqualTo((short) ErrPacket.FIRST);
    var error = ErrPacket.read(packet, StandardCharsets.UTF_8);
    return error.number() + " " + error.sqlState() + " " + error.message();
  }
}
