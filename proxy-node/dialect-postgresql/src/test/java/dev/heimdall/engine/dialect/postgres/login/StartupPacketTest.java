package dev.heimdall.engine.dialect.postgres.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupPacketTest {
  /** Zero bytes are written as | here. */
  private static StartupPacket parse(String body) throws ProtocolException {
    return StartupPacket.parse(
        PgWriter.PROTOCOL_3_0,
        Unpooled.copiedBuffer(body.replace('|', '\0'), StandardCharsets.UTF_8));
  }

  @Test
  void parametersKeepTheirOrderAndSpelling() throws ProtocolException {
    StartupPacket packet = parse("user|ann|database|shop|DateStyle|ISO|application_name|żółw||");

    assertThat(packet.parameters())
        .containsExactly(
            entry("user", "ann"),
            entry("database", "shop"),
            entry("DateStyle", "ISO"),
            entry("application_name", "żółw"));
    assertThat(packet.user()).isEqualTo("ann");
    assertThat(packet.database()).isEqualTo("shop");
    assertThat(packet.protocolOptions()).isEmpty();
  }

  @Test
  void withoutDatabaseTheUsersNameIsTaken() throws ProtocolException {
    assertThat(parse("user|ann||").database()).isEqualTo("ann");
    assertThat(parse("user|ann|database|||").database()).isEqualTo("ann");
  }

  @Test
  void anEmptyPacketHasNoUser() throws ProtocolException {
    assertThat(parse("|").user()).isNull();
    assertThat(parse("|").database()).isNull();
  }

  @Test
  void ofARepeatedParameterTheLastCounts() throws ProtocolException {
    assertThat(parse("user|ann|user|bob||").user()).isEqualTo("bob");
  }

  @Test
  void protocolOptionsAreNotParameters() throws ProtocolException {
    StartupPacket packet =
        StartupPacket.parse(
            PgWriter.PROTOCOL_3_2,
            Unpooled.copiedBuffer(
                "user\0ann\0_pq_.report\0on\0_pq_.x\0\0\0", StandardCharsets.UTF_8));

    assertThat(packet.protocolOptions()).containsExactly("_pq_.report", "_pq_.x");
    assertThat(packet.parameters()).containsOnlyKeys("user");
    assertThat(packet.minor()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "false, none",
        "off, none",
        "OFF, none",
        "no, none",
        "0, none",
        "database, database",
        "true, true",
        "on, on",
        "1, 1"
      })
  void replicationIsOffInAnySpellingOfFalse(String value, String expected)
      throws ProtocolException {
    assertThat(parse("user|ann|replication|" + value + "||").replication()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing at all
        "user|ann|", // no end
        "user|ann", // a value without end
        "user|", // a name without value
        "user", // a name without end
        "|user|ann||", // bytes after the end
        "user|ann|||", // one byte after the end
        "x"
      })
  void malformedLayoutIsRefused(String body) {
    assertThatThrownBy(() -> parse(body))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("startup packet");
  }

  @Test
  void everyProperPrefixOfAPacketIsRefused() {
    String whole = "user|ann|database|shop||";
    for (int length = 0; length < whole.length(); length++) {
      String prefix = whole.substring(0, length);
      assertThatThrownBy(() -> parse(prefix)).as(prefix).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void theReadersPositionStays() throws ProtocolException {
    ByteBuf body = Unpooled.copiedBuffer("user\0ann\0\0", StandardCharsets.UTF_8);

    StartupPacket.parse(PgWriter.PROTOCOL_3_0, body);

    assertThat(body.readerIndex()).isZero();
  }

  @Test
  void whatTheNodeWritesItCanRead() throws ProtocolException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", "ann");
    parameters.put("options", "-c geqo=off");
    ByteBuf out = Unpooled.buffer();
    PgWriter.startup(out, PgWriter.PROTOCOL_3_0, parameters);

    assertThat(out.readInt()).isEqualTo(out.readableBytes() + 4);
    assertThat(out.readInt()).isEqualTo(3 << 16);
    assertThat(StartupPacket.parse(PgWriter.PROTOCOL_3_0, out).parameters()).isEqualTo(parameters);
  }
}
