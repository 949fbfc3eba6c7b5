package dev.heimdall.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ReadBuffersTest {
  private static int sizeBehindShortReads(RecvByteBufAllocator allocator) {
    EmbeddedChannel channel = new EmbeddedChannel();
    RecvByteBufAllocator.Handle handle = allocator.newHandle();
    for (int i = 0; i < 100; i++) {
      handle.reset(channel.config());
      ByteBuf buffer = handle.allocate(ByteBufAllocator.DEFAULT);
      handle.attemptedBytesRead(buffer.writableBytes());
      handle.lastBytesRead(50);
      handle.readComplete();
      buffer.release();
    }
    channel.finish();
    return handle.guess();
  }

  @Test
  void anAnswerThatAServerWritesAtOnceIsReadAtOnceBehindShortOnes() {
    assertThat(sizeBehindShortReads(ReadBuffers.ofServers())).isEqualTo(16 * 1024);
  }

  @Test
  void aStatementIsReadAtOnceBehindShortOnes() {
    assertThat(sizeBehindShortReads(ReadBuffers.ofClients())).isEqualTo(512);
  }

  @Test
  void whatIsShortIsPutIntoABufferOfItsOwn() {
    ByteBuf large = ByteBufAllocator.DEFAULT.buffer(16 * 1024).writeZero(200).writeByte(7);
    ByteBuf fitted = ReadBuffers.fitted(large);
    assertThat(fitted.capacity()).isLessThan(1024);
    assertThat(fitted.readableBytes()).isEqualTo(201);
    assertThat(fitted.getByte(200)).isEqualTo((byte) 7);
    assertThat(large.refCnt()).isZero();
    fitted.release();
  }

  @Test
  void whatFillsAGoodPartStaysWhereItIs() {
    ByteBuf large = ByteBufAllocator.DEFAULT.buffer(16 * 1024).writeZero(12_500);
    assertThat(ReadBuffers.fitted(large)).isSameAs(large);
    large.release();
  }
}
