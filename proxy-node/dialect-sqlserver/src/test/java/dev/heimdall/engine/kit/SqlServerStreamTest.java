package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Long messages of clients of SQL Server: once their head is judged, they pass as they come. */
class SqlServerStreamTest {
  private static final String ANNOUNCEMENT = "INSERT BULK t (a int)";
  private static final int LONG = 12 << 20;
  private static final int MEMORY = 4 << 20;
  private static final int PART = 50_000;

  /** Whole packets that are collected, one that is cut, and one that is not full. */
  private static final int BEHIND = 48 * 1024;

  @Nested
  class Streams extends KitContract {
    Streams() {
      super(new SqlServerKit());
    }

    private SqlServerKitClient ann(String rules) {
      String limits =
          ", \"limits\": {\"maxStatementSize\": \"4KiB\", \"maxMessageSize\": \"1MiB\"}";
      start(KitSettings.of(ONE_CONNECTION + limits).withMemory(MEMORY), rules);
      return (SqlServerKitClient) client("ann");
    }

    private SimulatedSqlServer.Session server() {
      return (SimulatedSqlServer.Session) servers().open().get(0);
    }

    /** All of it is at the server but what no packet is full of. */
    private void streams(SqlServerKitClient client, ByteBuf message) {
      int sent = 0;
      while (message.readableBytes() > PART) {
        client.sendPart(message, PART);
        sent += PART;
        assertThat(server().incomplete()).isBetween(sent - BEHIND, sent);
      }
      assertThat(client.told()).isEmpty();
      client.sendPart(message, PART);
    }

    private List<String> sends(SqlServerKitClient client, ByteBuf message) {
      while (message.isReadable()) {
        client.sendPart(message, PART);
      }
      return client.told();
    }

    @Test
    void rowsPassThatTheNodeCouldNotHold() {
      SqlServerKitClient ann = ann("");
      answers(ann, ANNOUNCEMENT, "idle");

      streams(ann, ann.rows(LONG));

      assertThat(ann.told()).containsExactly("idle");
      assertThat(server().received()).endsWith("rows");
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aValuePassesThatTheNodeCouldNotHold() {
      SqlServerKitClient ann = ann("");
      answers(ann, words.reading("x"), "row x", "idle");

      streams(ann, ann.longCall(words.reading("one"), LONG));

      assertThat(ann.told()).containsExactly("row one", "idle");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    /** Its text ends in the last packet: nothing of it streams, and that packet is sent once. */
    @Test
    void aStatementThatIsLongerThanAHeadIsSentAsItIs() {
      start(KitSettings.of(ONE_CONNECTION), "");
      SqlServerKitClient ann = (SqlServerKitClient) client("ann");
      String text = words.reading("x".repeat(30_000));

      ann.executeSql(text);

      assertThat(ann.told()).hasSize(2).endsWith("idle");
      assertThat(server().incomplete()).isZero();
      assertThat(server().received()).endsWith(text);
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void whatASessionHasSetIsSetBefore() {
      SqlServerKitClient ann = ann("");
      answers(ann, words.setting("german"), "idle");
      answers(client("bob"), words.reading("two"), "row two", "idle");

      assertThat(sends(ann, ann.longCall(words.readSetting(), 100_000)))
          .containsExactly("row german", "idle");
    }

    @Test
    void rulesJudgeTheHead() {
      SqlServerKitClient ann =
          ann(
              "{\"match\": \"secret\", \"action\": \"drop\"},"
                  + " {\"match\": \"old\", \"action\": \"transform\","
                  + " \"parameters\": {\"target\": \"another\"}}");

      assertThat(sends(ann, ann.longCall(words.reading("secret"), 3 << 20)))
          .hasSize(1)
          .allMatch(KitContract::isError);
      assertThat(sends(ann, ann.longCall("SELECT old", 100_000)))
          .containsExactly("row another", "idle");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void handlesOfFurtherCallsAreTheServersToo() {
      SqlServerKitClient ann = ann("");
      SqlServerKitClient bob = (SqlServerKitClient) client("bob");
      bob.prepare(1, words.reading("bobs"));
      ann.prepare(1, words.reading("one"));
      bob.told();
      ann.told();
      int handle = ann.handle(1);

      // In each place of a packet.
      for (int bytes = 100_000; bytes < 100_000 + 40; bytes++) {
        assertThat(sends(ann, ann.longCalls(RpcProcedure.EXECUTE, handle, "", bytes, handle, "")))
            .containsExactly("row one", "row one", "idle");
      }
    }

    @Test
    void aFurtherCallOfAnotherStatementEndsItAll() {
      SqlServerKitClient ann = ann("");
      ann.asks(words.reading("x"));

      assertThat(
              sends(
                  ann,
                  ann.longCalls(
                      RpcProcedure.EXECUTE_SQL,
                      0,
                      words.reading("one"),
                      100_000,
                      0,
                      words.reading("secret"))))
          .containsExactly("error 50000");
      assertThat(server().received()).contains("ignored").noneMatch(t -> t.contains("secret"));
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aFurtherCallOfAJudgedStatementIsRun() {
      SqlServerKitClient ann = ann("");
      String sql = words.reading("one");
      ann.asks(words.reading("x"));

      assertThat(sends(ann, ann.longCalls(RpcProcedure.EXECUTE_SQL, 0, sql, 100_000, 0, sql)))
          .containsExactly("row one", "row one", "idle");
      assertThat(server().received()).endsWith(sql, sql);
    }

    @Test
    void aClientTakesBackWhatItHasSentInPart() {
      SqlServerKitClient ann = ann("");
      ann.asks(words.reading("x"));
      ann.sendPart(ann.longCall(words.reading("one"), LONG), TdsPacket.INITIAL_SIZE * 100);

      ann.sendIgnored(TdsPacket.RPC);

      assertThat(ann.told()).containsExactly("attention");
      assertThat(server().received()).endsWith("ignored");
      answers(client("bob"), words.reading("two"), "row two", "idle");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void aClientTakesBackWhatWasRejected() {
      SqlServerKitClient ann = ann("{\"match\": \"secret\", \"action\": \"drop\"}");
      ann.sendPart(ann.longCall(words.reading("secret"), LONG), TdsPacket.INITIAL_SIZE * 100);

      ann.sendIgnored(TdsPacket.RPC);

      assertThat(ann.told()).hasSize(2).last().isEqualTo("attention");
      answers(ann, words.reading("two"), "row two", "idle");
    }

    @Test
    void aPacketWithoutALengthEndsTheClientAlone() {
      SqlServerKitClient ann = ann("");
      ann.asks(words.reading("x"));
      ann.sendPart(ann.longCall(words.reading("one"), LONG), TdsPacket.INITIAL_SIZE * 100);

      ann.sendPart(Unpooled.buffer().writeByte(TdsPacket.RPC).writeZero(7), TdsPacket.HEADER);

      assertThat(ann.told()).hasSize(1).allMatch(KitContract::isError);
      assertThat(ann.connected()).isFalse();
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }

    @Test
    void aClientThatLeavesAmidAMessageLeavesNothing() {
      SqlServerKitClient ann = ann("");
      ann.asks(words.reading("x"));
      ann.sendPart(ann.longCall(words.reading("one"), LONG), TdsPacket.INITIAL_SIZE * 100);

      ann.leave();

      answers(client("bob"), words.reading("two"), "row two", "idle");
    }
  }
}
