package dev.heimdall.engine.wire.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PgWriterTest {
  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Arguments row(String name, Consumer<ByteBuf> writes, String type, String body) {
    return Arguments.of(name, writes, type.charAt(0), body);
  }

  /** Bodies as hexadecimal digits, letters between quotes as they are. */
  static Stream<Arguments> messages() {
    return Stream.of(
        row("ok", PgWriter::authenticationOk, "R", "00000000"),
        row("clear text", PgWriter::authenticationCleartext, "R", "00000003"),
        row(
            "md5",
            out -> PgWriter.authenticationMd5(out, new byte[] {1, 2, 3, 4}),
            "R",
            "00000005 01020304"),
        row(
            "sasl",
            out -> PgWriter.authenticationSasl(out, "A-PLUS", "A"),
            "R",
            "0000000a 'A-PLUS' 00 'A' 00 00"),
        row(
            "sasl continue",
            out -> PgWriter.authenticationSaslContinue(out, ascii("r=x")),
            "R",
            "0000000b 'r=x'"),
        row(
            "sasl final",
            out -> PgWriter.authenticationSaslFinal(out, ascii("v=y")),
            "R",
            "0000000c 'v=y'"),
        row(
            "negotiate",
            out -> PgWriter.negotiateVersion(out, 2, List.of("_pq_.a", "_pq_.b")),
            "v",
            "00000002 00000002 '_pq_.a' 00 '_pq_.b' 00"),
        row(
            "parameter",
            out -> PgWriter.parameterStatus(out, "TimeZone", "UTC"),
            "S",
            "'TimeZone' 00 'UTC' 00"),
        row(
            "key",
            out -> PgWriter.backendKeyData(out, 258, new byte[] {9, 8, 7, 6, 5}),
            "K",
            "00000102 0908070605"),
        row("ready", out -> PgWriter.ready(out, TransactionState.OPEN), "Z", "'T'"),
        row("complete", out -> PgWriter.commandComplete(out, "BEGIN"), "C", "'BEGIN' 00"),
        row("empty", out -> PgWriter.empty(out, BackendType.PARSE_COMPLETE), "1", ""),
        row(
            "notification",
            out -> PgWriter.notification(out, 7, "jobs", "x"),
            "A",
            "00000007 'jobs' 00 'x' 00"),
        row("password", out -> PgWriter.password(out, ascii("md5x")), "p", "'md5x' 00"),
        row(
            "sasl initial",
            out -> PgWriter.saslInitialResponse(out, "A", ascii("n,,")),
            "p",
            "'A' 00 00000003 'n,,'"),
        row("sasl response", out -> PgWriter.saslResponse(out, ascii("c=b")), "p", "'c=b'"),
        row("query", out -> PgWriter.query(out, "SELECT 1"), "Q", "'SELECT 1' 00"),
        row(
            "parse",
            out -> PgWriter.parse(out, ascii("n"), ascii("S\0\0\0ignored"), 4),
            "P",
            "'n' 00 'S' 000000"),
        row("close", out -> PgWriter.closeStatement(out, ascii("n")), "C", "'Sn' 00"),
        row("copy fail", out -> PgWriter.copyFail(out, "why"), "f", "'why' 00"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void encodesAsTheProtocolSays(String name, Consumer<ByteBuf> writes, char type, String body) {
    ByteBuf out = Unpooled.buffer().writeBytes(ascii("before"));
    writes.accept(out);
    out.skipBytes(6);

    assertThat((char) out.readByte()).isEqualTo(type);
    assertThat(out.readInt()).as("length").isEqualTo(4 + out.readableBytes());
    assertThat(ByteBufUtil.hexDump(out)).isEqualTo(hex(body));
  }

  private static String hex(String body) {
    StringBuilder hex = new StringBuilder();
    boolean quoted = false;
    for (char c : body.toCharArray()) {
      if (c == '\'') {
        quoted = !quoted;
      } else if (quoted) {
        hex.append(String.format("%02x", (int) c));
      } else if (c != ' ') {
        hex.append(c);
      }
    }
    return hex.toString();
  }

  @Test
  void requestsBeforeTheLogInHaveNoType() {
    ByteBuf out = Unpooled.buffer();
    PgWriter.sslRequest(out);
    PgWriter.cancelRequest(out, 258, new byte[] {1, 2, 3, 4});

    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo("0000000804d2162f" + "0000001004d2162e0000010201020304");
  }

  @Test
  void aZeroByteInAStringDoesNotBreakTheFrame() {
    ByteBuf out = Unpooled.buffer();

    PgWriter.query(out, "SELECT 'a\0b'");

    assertThat(out.getInt(1)).isEqualTo(out.readableBytes() - 1);
    assertThat(out.indexOf(5, out.writerIndex(), (byte) 0)).isEqualTo(out.writerIndex() - 1);
  }
}
