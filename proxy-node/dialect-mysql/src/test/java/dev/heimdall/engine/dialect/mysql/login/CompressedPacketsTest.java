package dev.heimdall.engine.dialect.mysql.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressedPacketsTest {
  private static final int PART = 64 * 1024;

  private final Compression.Tools tools = new Compression.Tools();

  /** What a packet on the wire says of itself. */
  private record Packet(int number, int sent, byte[] content) {}

  private EmbeddedChannel channel(Compression compression) {
    return new EmbeddedChannel(new CompressedPackets(compression, 3, tools));
  }

  private EmbeddedChannel loggedIn(Compression compression) {
    EmbeddedChannel channel = channel(compression);
    channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 2}));
    channel.<ByteBuf>readOutbound().release();
    return channel;
  }

  private byte[] compressed(Compression compression, int number, byte[] content) {
    byte[] room = new byte[compression.most(content.length)];
    int length = compression.compress(tools, 3, content, content.length, room);
    return packet(number, content.length, room, length);
  }

  private static byte[] packet(int number, int decompressed, byte[] content, int length) {
    ByteBuf out = Unpooled.buffer();
    out.writeMediumLE(length).writeByte(number).writeMediumLE(decompressed);
    return ByteBufUtil.getBytes(out.writeBytes(content, 0, length));
  }

  private static byte[] text(int length) {
    return "a row like the others, ".repeat(length / 23 + 1).substring(0, length).getBytes();
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(7).nextBytes(noise);
    return noise;
  }

  private Packet next(ByteBuf in, Compression compression) throws DataFormatException {
    int sent = in.readUnsignedMediumLE();
    int number = in.readUnsignedByte();
    int decompressed = in.readUnsignedMediumLE();
    byte[] bytes = new byte[sent];
    in.readBytes(bytes);
    if (decompressed == 0) {
      return new Packet(number, sent, bytes);
    }
    byte[] content = new byte[decompressed];
    compression.decompress(tools, bytes, content);
    return new Packet(number, sent, content);
  }

  private static byte[] inbound(EmbeddedChannel channel) {
    ByteBuf all = Unpooled.buffer();
    ByteBuf one;
    while ((one = channel.readInbound()) != null) {
      all.writeBytes(one);
      one.release();
    }
    return ByteBufUtil.getBytes(all);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void theAnswerToTheLogInGoesAsItIsAndAllBehindItCompressed(Compression compression)
      throws DataFormatException {
    EmbeddedChannel channel = channel(compression);
    channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {3, 0, 0, 2, 0, 0, 0}));
    assertThat(ByteBufUtil.getBytes(channel.<ByteBuf>readOutbound())).hasSize(7);

    channel.writeInbound(Unpooled.wrappedBuffer(compressed(compression, 0, text(60))));
    assertThat(inbound(channel)).isEqualTo(text(60));
    channel.writeOutbound(
        Unpooled.wrappedBuffer(text(PART + 100)), Unpooled.wrappedBuffer(text(49)));

    ByteBuf first = channel.readOutbound();
    Packet part = next(first, compression);
    assertThat(part.number).isEqualTo(1);
    assertThat(part.sent).isLessThan(PART / 10);
    assertThat(part.content).isEqualTo(text(PART));
    Packet rest = next(first, compression);
    assertThat(rest.number).isEqualTo(2);
    assertThat(rest.content).hasSize(100);
    assertThat(first.isReadable()).isFalse();
    ByteBuf second = channel.readOutbound();
    Packet small = next(second, compression);
    assertThat(small).matches(p -> p.number == 3 && p.sent == 49);
    first.release();
    second.release();
    assertThat(channel.finish()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void whatGetsNoShorterIsSentAsItIs(Compression compression) throws DataFormatException {
    EmbeddedChannel channel = loggedIn(compression);
    channel.writeOutbound(Unpooled.wrappedBuffer(noise(3000)));
    ByteBuf out = channel.readOutbound();
    assertThat(next(out, compression)).matches(p -> p.sent == 3000);
    out.release();
    channel.writeInbound(Unpooled.wrappedBuffer(packet(0, 0, noise(3000), 3000)));
    assertThat(inbound(channel)).isEqualTo(noise(3000));
    assertThat(channel.finish()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void packetsArePutTogetherWhereverTheyAreCut(Compression compression) {
    EmbeddedChannel channel = loggedIn(compression);
    byte[] both =
        ByteBufUtil.getBytes(
            Unpooled.wrappedBuffer(
                compressed(compression, 0, text(1000)), compressed(compression, 1, text(70))));
    for (byte one : both) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {one}));
    }
    assertThat(inbound(channel))
        .isEqualTo((new String(text(1000)) + new String(text(70))).getBytes());
    assertThat(channel.finish()).isFalse();
  }

  @Test
  void nothingIsDecompressedThatTheSessionDoesNotRead() {
    EmbeddedChannel channel = loggedIn(Compression.ZLIB);
    channel.config().setAutoRead(false);
    byte[] bomb = compressed(Compression.ZLIB, 0, new byte[1 << 20]);
    channel.writeInbound(Unpooled.wrappedBuffer(bomb, bomb.clone()));
    assertThat(inbound(channel)).isEmpty();

    channel.config().setAutoRead(true);
    channel.runPendingTasks();
    assertThat(inbound(channel)).hasSize(2 << 20);
    assertThat(channel.finish()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void whatIsNoCompressedPacketEndsTheConnection(Compression compression) {
    for (byte[] wrong :
        new byte[][] {
          packet(0, 100, noise(40), 40),
          packet(
              0,
              59,
              body(compressed(compression, 0, text(60))),
              body(compressed(compression, 0, text(60))).length),
          packet(
              0,
              61,
              body(compressed(compression, 0, text(60))),
              body(compressed(compression, 0, text(60))).length)
        }) {
      EmbeddedChannel channel = loggedIn(compression);
      assertThatThrownBy(
              () -> {
                channel.writeInbound(Unpooled.wrappedBuffer(wrong, wrong.clone()));
                channel.checkException();
              })
          .isInstanceOf(ProtocolException.class);
      assertThat(channel.isOpen()).isFalse();
      channel.finishAndReleaseAll();
    }
  }

  private static byte[] body(byte[] packet) {
    return Arrays.copyOfRange(packet, 7, packet.length);
  }
}
