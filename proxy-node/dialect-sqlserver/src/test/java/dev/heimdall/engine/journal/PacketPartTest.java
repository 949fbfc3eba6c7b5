package dev.heimdall.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.sqlserver.request.SqlServerSessions;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * The part that a client has had of an answer in packets, and the same answer of another server.
 */
class PacketPartTest {
  private static final int SMALL = TdsPacket.HEADER + 10;
  private static final String ANSWER = "abcdefghijklmnopqrstuvwxyz";

  private final ReplyChecksum checksum = new ReplyChecksum(new SqlServerSessions().replies());
  private final DeliveredPart part = new DeliveredPart(checksum, () -> new byte[7]);

  private static ByteBuf packets(int spid, int size, String answer) {
    ByteBuf out = Unpooled.buffer();
    TdsPacket.write(out, TdsPacket.REPLY, 0, spid, size, bytes(answer));
    return out;
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  /** Returns what the client gets of another answer, once it has had so many bytes of one. */
  private String rest(int had, ByteBuf other) {
    part.begin();
    part.delivers(packets(51, SMALL, ANSWER).slice(0, had));
    part.leaveOut(null);
    return part.takes(other) ? "" : other.toString(StandardCharsets.US_ASCII);
  }

  @Test
  void theRestOfTheSameAnswerFollowsWhoeverSendsIt() {
    assertThat(rest(SMALL + TdsPacket.HEADER + 3, packets(77, SMALL, ANSWER)))
        .startsWith("nopqrst")
        .endsWith("uvwxyz");
    assertThat(part.isDifferent()).isFalse();
  }

  @Test
  void theRestFollowsBehindTheHeaderOfAPacketToo() {
    assertThat(rest(TdsPacket.HEADER, packets(77, SMALL, ANSWER))).startsWith("abcdefghij");
    assertThat(part.isDifferent()).isFalse();
    assertThat(rest(SMALL + TdsPacket.HEADER, packets(77, SMALL, ANSWER))).startsWith("klmnop");
    assertThat(part.isDifferent()).isFalse();
    assertThat(rest(SMALL, packets(77, SMALL, ANSWER))).endsWith("uvwxyz").contains("klmnop");
    assertThat(part.isDifferent()).isFalse();
    assertThat(rest(TdsPacket.HEADER, packets(77, SMALL + 1, ANSWER))).isEmpty();
    assertThat(part.isDifferent()).isTrue();
  }

  @Test
  void packetsThatEndElsewhereAreAnotherAnswerToWhoHasAPart() {
    assertThat(rest(SMALL + TdsPacket.HEADER + 3, packets(51, SMALL + 1, ANSWER))).isEmpty();
    assertThat(part.isDifferent()).isTrue();
  }

  @Test
  void otherContentsAreAnotherAnswer() {
    assertThat(rest(SMALL + TdsPacket.HEADER + 3, packets(51, SMALL, "x" + ANSWER))).isEmpty();
    assertThat(part.isDifferent()).isTrue();
  }

  @Test
  void wholeAnswersAreTheSameInPacketsOfAnySize() {
    byte[] scratch = new byte[64];
    checksum.add(packets(51, SMALL, ANSWER), Long.MAX_VALUE, scratch);
    byte[] sum = checksum.take();
    checksum.add(packets(77, 4096, ANSWER), Long.MAX_VALUE, scratch);
    assertThat(checksum.take()).isEqualTo(sum);
    checksum.add(packets(51, SMALL, ANSWER + "."), Long.MAX_VALUE, scratch);
    assertThat(checksum.take()).isNotEqualTo(sum);
  }
}
