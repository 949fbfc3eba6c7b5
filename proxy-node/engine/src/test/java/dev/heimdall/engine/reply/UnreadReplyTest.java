package dev.heimdall.engine.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnreadReplyTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final UnreadReply reply = new UnreadReply(channel);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void send(int bytes) {
    ByteBuf out = channel.alloc().buffer(bytes).writeZero(bytes);
    channel.write(out);
  }

  @Test
  void whatItsChannelTakesIsNotWaitedFor() {
    send(100);

    assertThat(reply.nanos(5)).isZero();
    assertThat(reply.nanos(1_000)).isZero();
  }

  @Test
  void itsTimeBeginsAnewWithWhatTheClientAcceptsAndNotWithWhatItIsSent() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(32, 64));
    send(1000);
    assertThat(reply.nanos(100)).isZero();
    assertThat(reply.longerThan(50, 150)).isFalse();
    assertThat(reply.longerThan(50, 151)).isTrue();
    send(1000);
    assertThat(reply.nanos(200)).isEqualTo(100);

    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    out.addFlush();
    assertThat(reply.nanos(250)).isZero(); // the first of it has begun to leave
    out.progress(10);
    assertThat(reply.nanos(300)).isZero();
    assertThat(reply.nanos(310)).isEqualTo(10);
    out.remove();
    assertThat(reply.nanos(400)).isZero();
    channel.flush();
    assertThat(reply.nanos(500)).isZero();
  }
}
