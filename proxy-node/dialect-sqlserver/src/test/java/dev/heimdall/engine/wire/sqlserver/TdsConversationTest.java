package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded conversations, walked by what reads packets and tokens, cut anywhere. */
class TdsConversationTest {
  private static final int BROKEN = 3_000;

  static List<TdsConversation> conversations() {
    return TdsConversation.all().toList();
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void theTokensOfRepliesAreThoseThatWereRecorded(TdsConversation conversation) {
    List<String> lines = new ArrayList<>();
    for (int connection = 1; connection <= conversation.connections(); connection++) {
      ByteBuf sent = tokens(conversation, connection);
      TdsReplyTrace trace = new TdsReplyTrace(conversation.version());
      trace.on(sent, 0, sent.writerIndex());
      assertThat(trace.walker.isIdle()).isTrue();
      lines.addAll(trace.lines());
    }
    assertThat(lines).isEqualTo(conversation.replies());
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void aCutAtAnyByteChangesNothing(TdsConversation conversation) {
    for (int connection = 1; connection <= conversation.connections(); connection++) {
      ByteBuf sent = tokens(conversation, connection);
      List<String> whole = walked(conversation, sent, sent.writerIndex());
      assertThat(walked(conversation, sent, 1)).isEqualTo(whole);
      for (int cut = 1; cut < sent.writerIndex(); cut++) {
        TdsReplyTrace trace = new TdsReplyTrace(conversation.version());
        trace.on(sent, 0, cut);
        trace.on(sent, cut, sent.writerIndex());
        assertThat(trace.lines()).as("cut at %s", cut).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void onlyAProtocolErrorComesOfBrokenBytes(TdsConversation conversation) {
    Random random = new Random(7);
    ByteBuf sent = tokens(conversation, 1);
    for (int i = 0; i < BROKEN; i++) {
      ByteBuf broken = sent.copy();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken.setByte(random.nextInt(broken.writerIndex()), random.nextInt(256));
      }
      TdsReplyTrace trace = new TdsReplyTrace(conversation.version());
      int cut = random.nextInt(broken.writerIndex());
      try {
        trace.on(broken, 0, cut);
        trace.on(broken, cut, broken.writerIndex());
      } catch (TdsProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void requestsAreThoseThatWereRecordedWhereverTheyAreCut(TdsConversation conversation) {
    List<String> lines = new ArrayList<>();
    for (int connection = 1; connection <= conversation.connections(); connection++) {
      ByteBuf sent = conversation.sent(connection, true);
      TdsRequestTrace trace = new TdsRequestTrace(conversation.version());
      trace.on(sent, 0, sent.writerIndex());
      assertThat(trace.walker.isIdle()).isTrue();
      lines.addAll(trace.lines());
      for (int cut = 1; cut < sent.writerIndex(); cut++) {
        TdsRequestTrace again = new TdsRequestTrace(conversation.version());
        again.on(sent, 0, cut);
        again.on(sent, cut, sent.writerIndex());
        assertThat(again.lines()).as("cut at %s", cut).isEqualTo(trace.lines());
      }
    }
    assertThat(lines).isEqualTo(conversation.requests());
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void onlyAProtocolErrorComesOfBrokenRequests(TdsConversation conversation) {
    Random random = new Random(11);
    ByteBuf sent = conversation.sent(1, true);
    for (int i = 0; i < BROKEN; i++) {
      ByteBuf broken = sent.copy();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken.setByte(random.nextInt(broken.writerIndex()), random.nextInt(256));
      }
      try {
        new TdsRequestTrace(conversation.version()).on(broken, 0, broken.writerIndex());
      } catch (TdsProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void logInsAreReadAndWrittenAgain(TdsConversation conversation) {
    for (ByteBuf payload : payloads(conversation.sent(1, true))) {
      if (payload.readableBytes() > 80
          && payload.getUnsignedShortLE(0) == payload.readableBytes()) {
        Login7 read = Login7.read(payload.duplicate());
        assertThat(read.credentials().user()).isEqualTo("babel");
        assertThat(read.credentials().password()).isEqualTo("Babel#1234");
        assertThat(read.tds()).isEqualTo(conversation.version());
        assertThat(read.toString()).contains("babel").doesNotContain("Babel#1234");
        ByteBuf written = Unpooled.buffer();
        read.write(written);
        Login7 again = Login7.read(written);
        assertThat(again).usingRecursiveComparison().isEqualTo(read);
        return;
      }
    }
    throw new AssertionError("no LOGIN7 in the conversation");
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void messagesArePutIntoPacketsOfAnySize(TdsConversation conversation) {
    for (int size : new int[] {9, 20, 512, 4096, 32767}) {
      ByteBuf sent = conversation.sent(1, true);
      List<ByteBuf> expected = payloads(sent);
      ByteBuf framed = Unpooled.buffer();
      reframe(sent, size, 7, framed);
      List<ByteBuf> payloads = payloads(framed);
      assertThat(payloads).isEqualTo(expected);
    }
  }

  private static List<ByteBuf> payloads(ByteBuf sent) {
    List<ByteBuf> payloads = new ArrayList<>();
    TdsPacketWalker walker = new TdsPacketWalker();
    ByteBuf payload = Unpooled.buffer();
    int at = 0;
    while (at < sent.writerIndex()) {
      at = walker.walk(sent, at, sent.writerIndex());
      payload.writeBytes(sent, walker.from(), walker.to() - walker.from());
      if (walker.ended()) {
        payloads.add(payload);
        payload = Unpooled.buffer();
      }
    }
    return payloads;
  }

  private static void reframe(ByteBuf sent, int size, int spid, ByteBuf out) {
    TdsPacketWalker walker = new TdsPacketWalker();
    TdsReframer reframer = new TdsReframer(UnpooledByteBufAllocator.DEFAULT);
    reframer.packetSize(size);
    reframer.spid(spid);
    Random random = new Random(3);
    int read = 0;
    while (read < sent.writerIndex()) {
      int end = Math.min(sent.writerIndex(), read + 1 + random.nextInt(100));
      int at = read;
      while (at < end) {
        at = walker.walk(sent, at, end);
        if (walker.begun()) {
          reframer.begin(walker.type(), walker.firstStatus() & TdsPacket.RESET);
        }
        reframer.on(sent, walker.from(), walker.to());
        if (walker.ended()) {
          reframer.end(0);
        }
      }
      read = end;
      ByteBuf packets = reframer.take();
      if (packets != null) {
        out.writeBytes(packets);
        packets.release();
      }
    }
    assertThat(reframer.take()).isNull();
  }

  private static List<String> walked(TdsConversation conversation, ByteBuf sent, int step) {
    TdsReplyTrace trace = new TdsReplyTrace(conversation.version());
    for (int at = 0; at < sent.writerIndex(); at += step) {
      trace.on(sent, at, Math.min(at + step, sent.writerIndex()));
    }
    return trace.lines();
  }

  /** What a server sent behind its answer to PRELOGIN, which is no tokens. */
  private static ByteBuf tokens(TdsConversation conversation, int connection) {
    ByteBuf sent = conversation.sent(connection, false);
    int prelogin = sent.getUnsignedShort(2);
    return sent.copy(prelogin, sent.writerIndex() - prelogin);
  }
}
