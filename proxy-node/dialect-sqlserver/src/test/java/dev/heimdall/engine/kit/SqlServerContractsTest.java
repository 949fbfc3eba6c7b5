package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * SQL Server keeps the contracts of all dialects; those of the query cache need one, which its
 * configurations cannot have.
 */
class SqlServerContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class LostTransactions extends LostTransactionContract {
    LostTransactions() {
      super(new SqlServerKit(), "error 1205");
    }
  }

  @Nested
  class DelayedBegins extends DelayedBeginContract {
    DelayedBegins() {
      super(new SqlServerKit());
    }

    private static final String DELAYED = ONE_CONNECTION + ", \"delayedTransaction\": true";

    @Test
    void aRequestToTheTransactionManagerNeedsNoServerEither() {
      start(DELAYED);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");

      ann.transaction(TransactionRequest.BEGIN);
      assertThat(ann.told()).containsExactly("open");
      answers(client("bob"), words.reading("two"), "row two", "idle");
      ann.transaction(TransactionRequest.COMMIT);
      assertThat(ann.told()).containsExactly("idle");
      assertThat(carriedOut("BEGIN")).isZero();

      ann.transaction(TransactionRequest.BEGIN);
      ann.asks(words.write());
      ann.transaction(TransactionRequest.ROLLBACK);
      assertThat(ann.told()).containsExactly("idle");
      assertThat(servers().written()).isEmpty();
      assertThat(carriedOut("BEGIN")).isOne();
    }

    /** The reset between two clients goes ahead of it, or it would end it. */
    @Test
    void itBeginsBehindWhatBelongsToTheSession() {
      start(DELAYED);
      KitClient ann = client("ann");
      answers(ann, words.setting("german"), "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, "BEGIN", "open");

      answers(ann, words.readSetting(), "row german", "open");
      answers(ann, "ROLLBACK", "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      answers(ann, "COMMIT", "idle");
      assertThat(servers().written()).containsExactly("1");
    }

    @Test
    void aLongMessageWaitsForIt() {
      start(DELAYED);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      answers(ann, "BEGIN", "open");

      ByteBuf message = ann.longCall(words.reading("one"), 200_000);
      while (message.isReadable()) {
        ann.sendPart(message, 50_000);
      }

      assertThat(ann.told()).containsExactly("row one", "open");
      answers(ann, "COMMIT", "idle");
    }

    @Test
    void aResetIsLeftToTheServer() {
      start(DELAYED);
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      answers(ann, "BEGIN", "open");

      assertThat(ann.asksResetting(words.reading("x"))).containsExactly("row x", "idle");
    }
  }

  @Nested
  @Tag("ci")
  class Judged extends JudgedAlikeContract {
    Judged() {
      super(new SqlServerKit());
    }

    /** Handles are the node's own: servers prepare the text that rules want when it runs. */
    @Override
    protected boolean keepsPreparedText() {
      return false;
    }

    @Override
    protected String differs(String treatment, String standing, String spelling) {
      return SqlServerSpellings.differs(treatment, standing, spelling);
    }

    @Test
    void calls() {
      isCalled("EXEC %s");
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new SqlServerKit(), "trust", "error 40613");
    }

    /** Clients of the kit have no TLS, without which no password is taken. */
    @Override
    @Test
    void anUnknownUserIsToldWhatAWrongPasswordIsTold() {
      KitSettings passwords = KitSettings.of(ONE_CONNECTION).withAuth("{\"method\": \"password\"}");

      assertThatThrownBy(() -> start(passwords))
          .hasMessageContaining("hostssl")
          .hasMessageContaining("clear text");
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class Cancels extends CancelContract {
    Cancels() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class Cache extends CacheContract {
    Cache() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class CachedTransactions extends ReplayedCachedTransactionsContract {
    CachedTransactions() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new SqlServerKit());
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    private static final String HEADERS = "16000000 12000000 0200 0000000000000000 01000000 ";

    Malformed() {
      super(new SqlServerKit());
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(
          message(99),
          message(TdsPacket.SQL_BATCH, (byte) 1),
          message(TdsPacket.RPC, (byte) 22, (byte) 0, (byte) 0, (byte) 0),
          message(TdsPacket.TRANSACTION, (byte) 4, (byte) 0, (byte) 0, (byte) 0),
          new byte[] {TdsPacket.SQL_BATCH, TdsPacket.EOM, 0, 1, 0, 0, 0, 0},
          // A commit without its name and flags, without flags, with too much, with half a name.
          message(TdsPacket.TRANSACTION, HEADERS + "0700"),
          message(TdsPacket.TRANSACTION, HEADERS + "0700 00"),
          message(TdsPacket.TRANSACTION, HEADERS + "0700 00 00 00"),
          message(TdsPacket.TRANSACTION, HEADERS + "0700 01 61 00"),
          // A commit that begins another, without that one's level, without its name.
          message(TdsPacket.TRANSACTION, HEADERS + "0700 00 01"),
          message(TdsPacket.TRANSACTION, HEADERS + "0800 00 01 02"),
          message(TdsPacket.TRANSACTION, HEADERS + "0500 02"),
          message(TdsPacket.TRANSACTION, HEADERS + "0500 06 00"),
          message(TdsPacket.TRANSACTION, HEADERS + "0900 04 6100"),
          message(TdsPacket.TRANSACTION, HEADERS + "0100 00 00"),
          message(TdsPacket.TRANSACTION, HEADERS + "6300"),
          // ALL_HEADERS: longer than the message, than their total, twice, another's length, none.
          message(TdsPacket.SQL_BATCH, "17000000 12000000 0200 0000000000000000 01000000"),
          message(TdsPacket.SQL_BATCH, "16000000 13000000 0200 0000000000000000 01000000 6100"),
          message(
              TdsPacket.SQL_BATCH,
              "28000000 12000000 0200 0000000000000000 01000000"
                  + " 12000000 0200 0100000000000000 01000000 6100"),
          message(TdsPacket.SQL_BATCH, "16000000 12000000 0300 0000000000000000 01000000 6100"),
          message(TdsPacket.SQL_BATCH, "04000000 6100"),
          message(TdsPacket.SQL_BATCH, HEADERS + "6100 62"),
          // Calls: cut in a name, a type, a value; an int of three bytes, half a character.
          message(TdsPacket.RPC, HEADERS + "0200 6100"),
          message(TdsPacket.RPC, HEADERS + "ffff 0a00"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 01 4000"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 77 04"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 26 04"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 26 04 04 010000"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 26 04 03 010000"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 24 10 04 01000000"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 00 00 e7 0800 0904d00034 0300 610062"),
          message(TdsPacket.RPC, HEADERS + "0100 6100 0000 ff"),
          // What belongs to a log-in, and a message whose second packet has another type.
          message(TdsPacket.LOGIN7, "5e000000"),
          message(TdsPacket.PRELOGIN, "ff"),
          message(8, "04000000 00000000"),
          message(17, "4e544c4d"),
          HexFormat.of().parseHex("0100000900000000 16 0301000900000000 00".replace(" ", "")));
    }

    private static byte[] message(int type, String payload) {
      return message(type, HexFormat.of().parseHex(payload.replace(" ", "")));
    }

    private static byte[] message(int type, byte... payload) {
      ByteBuf out = Unpooled.buffer();
      TdsPacket.write(out, type, 0, 0, TdsPacket.INITIAL_SIZE, Unpooled.wrappedBuffer(payload));
      return ByteBufUtil.getBytes(out);
    }
  }

  /** Attentions are acknowledged once each, for which contracts have no words. */
  @Nested
  class Attention extends KitContract {
    Attention() {
      super(new SqlServerKit());
    }

    @Test
    void anIdleClientGetsItsAcknowledgement() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");

      ann.cancel();

      assertThat(ann.told()).containsExactly("attention");
      answers(ann, words.reading("one"), "row one", "idle");
      assertThat(servers().cancels()).isZero();
    }

    @Test
    void aStatementInTheQueueIsNotSentAnyMore() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      bob.sends(words.writing("2"));

      bob.cancel();

      assertThat(bob.told()).last().isEqualTo("attention");
      answers(ann, "COMMIT", "idle");
      answers(bob, words.reading("two"), "row two", "idle");
      assertThat(servers().written()).containsExactly("1");
    }

    @Test
    void aStatementThatRunsIsAcknowledgedByItsServerBeforeAnotherClientHasTheConnection() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, words.reading("none"), "row none", "idle");
      servers().hold(true);
      ann.sends(words.reading("one"));
      bob.sends(words.reading("two"));

      ann.cancel();
      servers().hold(false);

      assertThat(ann.told()).last().isEqualTo("attention");
      assertThat(ann.told()).isEmpty();
      assertThat(bob.told()).containsExactly("row two", "idle");
      assertThat(servers().cancels()).isEqualTo(1);
    }

    /** No wait that an attention could end: the answer is on its way. */
    @Test
    void aStatementThatIsBeingReadIsAnsweredAheadOfTheAcknowledgement() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(ann, words.reading("none"), "row none", "idle");
      node.parsing().hold(true);
      ann.sends(words.reading("one"));
      assertThat(node.parsing().held()).isOne();

      ann.cancel();
      assertThat(ann.told()).isEmpty();
      node.parsing().hold(false);
      node.turns().advance(Duration.ofSeconds(1));

      assertThat(ann.told()).last().isEqualTo("attention");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void whatTheServerLosesIsAcknowledgedByTheNodeWhichClosesTheConnection() {
      start(ONE_CONNECTION);
      ((SimulatedSqlServer) (KitServers<?>) servers()).losesAttentions();
      KitClient ann = client("ann");
      answers(ann, words.reading("none"), "row none", "idle");
      KitSession lost = servers().open().get(0);
      servers().hold(true);
      ann.sends(words.reading("one"));

      ann.cancel();
      servers().hold(false);
      assertThat(ann.told()).containsExactly("row one", "idle");
      node.turns().advance(Duration.ofSeconds(4));

      assertThat(ann.told()).containsExactly("attention");
      assertThat(servers().open().contains(lost)).isFalse();
      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, words.reading("three"), "row three", "idle");
    }

    @Test
    void twoClientsHaveTheSameHandleForStatementsOfTheirOwn() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      ann.prepare(1, words.reading("one"));
      bob.prepare(1, words.reading("two"));
      ann.told();
      bob.told();

      for (int round = 0; round < 3; round++) {
        ann.execute(1);
        assertThat(ann.told()).containsExactly("row one", "idle");
        bob.execute(1);
        assertThat(bob.told()).containsExactly("row two", "idle");
      }
    }
  }
}
