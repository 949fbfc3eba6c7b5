package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** PostgreSQL keeps the contracts of all dialects. */
class PostgresContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new PostgresKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new PostgresKit());
    }
  }

  @Nested
  class Cache extends CacheContract {
    Cache() {
      super(new PostgresKit());
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new PostgresKit(), "scram-sha-256", "error 57P03");
    }

    /** A session that has not been welcomed. */
    @Test
    void aLogInThatWaitsForAWriterMayGoOnWhileTheNodeDrains() {
      Duration stay = Duration.ofSeconds(4);
      start(
          KitSettings.of(ONE_CONNECTION)
              .withSource("\"cluster\": {\"kind\": \"" + words.cluster() + "\"}"));
      KitClient ann = connect();
      ann.logIn("ann");

      node.drain(stay);
      node.turns().advance(stay.minusMillis(1));
      node.drain(stay);
      assertThat(ann.told()).doesNotContain("idle");
      node.lead();
      assertThat(ann.told()).containsExactly("idle");
      node.turns().advance(stay.minusMillis(1));
      node.drain(stay);

      answers(ann, words.reading("one"), "row one", "idle");
    }

    @Test
    void aLogInThatWaitsForAWriterIsToldThatTheNodeStops() {
      start(
          KitSettings.of(ONE_CONNECTION)
              .withSource("\"cluster\": {\"kind\": \"" + words.cluster() + "\"}"));
      KitClient ann = connect();
      ann.logIn("ann");

      node.drain(Duration.ZERO);

      assertThat(ann.told()).containsExactly("error 57P03");
      assertThat(ann.connected()).isFalse();
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new PostgresKit());
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    Malformed() {
      super(new PostgresKit());
    }

    @Override
    protected List<byte[]> malformed() {
      List<byte[]> all = new ArrayList<>();
      all.add(message('Q', 3, "SELECT 1\0")); // shorter than its own length
      all.add(message('Q', Integer.MAX_VALUE, ""));
      all.add(message('Q', 4 + 3, "abc")); // nothing ends the text
      all.add(batch('B', "\0\0"));
      all.add(batch('B', "\0\0\0\7"));
      all.add(message('?', 4, ""));
      cut(all, 'P', "\0SELECT 1\0\0\1\0\0\0\7");
      cut(all, 'P', "s\0SELECT 2\0\0\0");
      cut(all, 'E', "\0\0\0\0\0");
      cut(all, 'D', "Ss\0");
      cut(all, 'D', "P\0");
      cut(all, 'C', "Ss\0");
      cut(all, 'F', "\0\0\0\7\0\1\0\0\0\1\0\0\0\2ab\0\0");
      return all;
    }

    /** The beginnings of what a message is to have, each of them once. */
    private static void cut(List<byte[]> all, char type, String body) {
      for (int length = 0; length < body.length(); length++) {
        String begun = body.substring(0, length);
        all.add(type == 'F' ? message(type, 4 + length, begun) : batch(type, begun));
      }
    }

    /** One that is answered when a Sync follows. */
    private static byte[] batch(char type, String body) {
      ByteBuf out = Unpooled.buffer();
      out.writeBytes(message(type, 4 + body.length(), body));
      SimulatedClient.sync(out);
      return ByteBufUtil.getBytes(out);
    }

    private static byte[] message(char type, int length, String body) {
      ByteBuf out = Unpooled.buffer().writeByte(type).writeInt(length);
      out.writeCharSequence(body, StandardCharsets.US_ASCII);
      return ByteBufUtil.getBytes(out);
    }
  }
}
