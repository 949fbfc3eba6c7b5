package dev.heimdall.engine.dialect.mysql.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.Secret;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PassedKillTest {
  private static final FleetKeys KEYS =
      FleetKeys.of(Optional.of(new Secret("a key for tests that is long enough")));
  private static final KillRequest REQUEST = new KillRequest(1048577, true, "shop", "änn", false);
  private static final byte[] CHALLENGE = "01234567890123456789".getBytes(StandardCharsets.UTF_8);
  private static final long OFFERED = KillMessage.CAPABILITIES | Capability.LONG_PASSWORD;

  private final List<KillOutcome> told = new ArrayList<>();
  private EmbeddedChannel channel;

  private void open(TlsMode mode, SslContext tls) {
    channel = new EmbeddedChannel();
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            new PassedKill(
                new CancelRoute("other.example", 3306, tls, mode, false, false),
                KEYS,
                REQUEST,
                told::add));
    channel.pipeline().fireChannelActive();
  }

  private void open() {
    open(TlsMode.DISABLE, null);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    assertThat(told).as("what came of it").hasSize(1);
  }

  private static ByteBuf greeting(long offered) {
    ByteBuf out = Unpooled.buffer();
    new Handshake("9.7.4", 7, CHALLENGE, offered, 45, 2, "caching_sha2_password").write(out);
    return out;
  }

  private void answer(int number, String message) {
    ByteBuf out = Unpooled.buffer();
    ErrPacket.write(out, 2, number, "HY000", message);
    channel.writeInbound(out);
  }

  private byte[] sent() {
    ByteBuf out = channel.readOutbound();
    assertThat(Packet.sequence(out, 0)).isEqualTo(1);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    out.release();
    return bytes;
  }

  @Test
  void aRequestAnswersTheGreetingAndItsAnswerIsTold() {
    open();
    channel.writeInbound(greeting(OFFERED));
    assertThat(new String(sent(), StandardCharsets.UTF_8))
        .contains("änn\0", "heimdall_kill\0", "1048577", "connection", "shop");
    ByteBuf ok = Unpooled.buffer();
    OkPacket.of(0, 2).write(ok, 2, OkPacket.OK, false);
    channel.writeInbound(ok);

    assertThat(told).containsExactly(KillOutcome.DONE);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void refusalsAreToldAsWhatTheyAre() {
    for (int number : new int[] {1094, 1095, 1045, 1040}) {
      told.clear();
      open();
      channel.writeInbound(greeting(OFFERED));
      sent();
      answer(number, "words of the other node");
      String expected =
          switch (number) {
            case 1094 -> "UNKNOWN ";
            case 1095 -> "NOT_ALLOWED ";
            case 1045 -> "FAILED it does not know this node's fleetKey";
            default -> "FAILED it answers 1040: words of the other node";
          };
      assertThat(told.get(0).kind() + " " + told.get(0).why()).isEqualTo(expected);
      assertThat(channel.isOpen()).isFalse();
    }
  }

  @Test
  void whoSaysNothingIsNotWaitedForForEver() {
    for (boolean greets : new boolean[] {false, true}) {
      told.clear();
      open();
      if (greets) {
        channel.writeInbound(greeting(OFFERED));
        sent();
      }
      channel.advanceTimeBy(PassedKill.TIMEOUT.toMillis() - 1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      assertThat(told).isEmpty();
      channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      assertThat(told).containsExactly(KillOutcome.failed("it has not answered within 10 s"));
      assertThat(channel.isOpen()).isFalse();
    }
  }

  @Test
  void whoLeavesIsTold() {
    open();
    channel.writeInbound(greeting(OFFERED));
    sent();
    channel.close();
    assertThat(told).containsExactly(KillOutcome.failed("it closed the connection"));
  }

  @Test
  void whatIsNoNodeGetsNoRequest() {
    ByteBuf http = Unpooled.copiedBuffer("HTTP/1.1 400 Bad", StandardCharsets.US_ASCII);
    ByteBuf old = greeting(OFFERED & ~Capability.PLUGIN_AUTH);
    ByteBuf ahead = greeting(OFFERED).writeByte(0);
    for (ByteBuf greeting : List.of(http, old, ahead)) {
      told.clear();
      open();
      channel.writeInbound(greeting);
      assertThat(told.get(0).why()).contains("no node that takes such requests");
      assertThat((Object) channel.readOutbound()).isNull();
    }
  }

  @Test
  void aServerThatWantsAPasswordIsNoNode() {
    open();
    channel.writeInbound(greeting(OFFERED));
    sent();
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 2, (byte) 0xFE}));
    assertThat(told.get(0).why()).contains("no node that takes such requests");
  }

  @Test
  void nothingIsSentWithoutTlsWhereItIsRequired() throws Exception {
    open(TlsMode.REQUIRE, SslContextBuilder.forClient().build());
    channel.writeInbound(greeting(OFFERED));
    assertThat(told.get(0).why()).contains("does not offer TLS");
    assertThat((Object) channel.readOutbound()).isNull();
  }
}
