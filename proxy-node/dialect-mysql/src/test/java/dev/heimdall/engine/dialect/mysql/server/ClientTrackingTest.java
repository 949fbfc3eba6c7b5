package dev.heimdall.engine.dialect.mysql.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.StateChanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientTrackingTest {
  private static final String LIST = "session_track_system_variables";

  private final ClientTracking tracking = new ClientTracking();

  @Test
  void itIsWhatServersReportUnlessTheyAreTold() {
    assertThat(told()).containsExactly("time_zone=+01:00", "(schema)=shop");
  }

  /** The number of the statement, and how its transaction stands. */
  @Test
  void whatEachAnswerHasIsNotAmongThem() {
    byte[] state = answered("statement_id");
    assertThat(StateReports.saysNothing(state, true)).isTrue();
    assertThat(tracking.of(state, false)).isEmpty();

    tracking.set(LIST, "'statement_id'");
    assertThat(tracking.of(state, false)).isEqualTo(Arrays.copyOf(state, state.length - 4));
    tracking.set(LIST, "'*'");
    assertThat(tracking.of(state, false)).isEqualTo(Arrays.copyOf(state, state.length - 4));
  }

  @Test
  void whatSaysMoreIsTakenForThat() {
    assertThat(StateReports.saysNothing(answered("statement_ix"), true)).isFalse();
    assertThat(StateReports.saysNothing(answered("statement_id_"), true)).isFalse();
    assertThat(StateReports.saysNothing(answered("statement_id", "7", "statement_id"), true))
        .isFalse();
    assertThat(StateReports.saysNothing(state(), true)).isFalse();
    byte[] whole = answered("statement_id");
    assertThat(StateReports.saysNothing(Arrays.copyOf(whole, whole.length - 1), true)).isFalse();
  }

  /** Variables, the last of them with the value 7, and that a transaction is open. */
  private static byte[] answered(String... variables) {
    ByteBuf out = Unpooled.buffer();
    String[] values = Arrays.copyOf(variables, variables.length + 1);
    values[variables.length] = "7";
    entry(out, StateChanges.SYSTEM_VARIABLES, values);
    entry(out, StateChanges.TRANSACTION_STATE, "T");
    return ByteBufUtil.getBytes(out);
  }

  @Test
  void theListIsThatOfTheClient() {
    tracking.set(LIST, "'sql_mode, Statement_Id'");
    assertThat(told()).containsExactly("statement_id=7", "sql_mode=ANSI", "(schema)=shop");

    tracking.set(LIST, "''");
    assertThat(told()).containsExactly("(schema)=shop");

    tracking.set(LIST, "DEFAULT");
    assertThat(told()).containsExactly("time_zone=+01:00", "(schema)=shop");
  }

  /** As MariaDB Connector/J has it, which knows the variable by both names. */
  @Test
  void aListMayAddToThatOfTheServer() {
    tracking.set(LIST, "CONCAT(@@global." + LIST + ",',transaction_isolation')");

    assertThat(told())
        .containsExactly("time_zone=+01:00", "tx_isolation=SERIALIZABLE", "(schema)=shop");
  }

  @Test
  void allIsNothingLeftOut() {
    tracking.set(LIST, "\"*\"");
    tracking.set("session_track_state_change", "'ON'");
    tracking.set("session_track_gtids", "OWN_GTID");
    byte[] state = state();

    assertThat(tracking.of(state, false)).isSameAs(state);

    tracking.set("session_track_schema", "OFF");
    tracking.set("session_track_state_change", "0");
    tracking.set("session_track_gtids", "OFF");
    assertThat(told())
        .containsExactly(
            "time_zone=+01:00", "statement_id=7", "sql_mode=ANSI", "tx_isolation=SERIALIZABLE");

    tracking.reset();
    assertThat(told()).containsExactly("time_zone=+01:00", "(schema)=shop");
  }

  @Test
  void howATransactionStandsIsLeftInForThoseWhoHaveAsked() {
    ByteBuf out = Unpooled.buffer();
    entry(out, StateChanges.SYSTEM_VARIABLES, "statement_id", "7");
    entry(out, StateChanges.TRANSACTION_STATE, "T_______");
    entry(out, StateChanges.TRANSACTION_CHARACTERISTICS, "START TRANSACTION READ ONLY;");
    byte[] all = ByteBufUtil.getBytes(out);
    int number = 2 + all[1];

    assertThat(tracking.of(all, true)).isEqualTo(Arrays.copyOfRange(all, number, all.length));
    assertThat(tracking.of(Arrays.copyOf(all, number), true)).isEmpty();
    assertThat(tracking.of(all, false)).isEmpty();
    assertThat(StateReports.saysNothing(all, true)).isTrue();
  }

  private static byte[] state() {
    ByteBuf out = Unpooled.buffer();
    entry(out, StateChanges.SYSTEM_VARIABLES, "time_zone", "+01:00");
    entry(out, StateChanges.SYSTEM_VARIABLES, "statement_id", "7");
    entry(out, StateChanges.SYSTEM_VARIABLES, "sql_mode", "ANSI");
    entry(out, StateChanges.SYSTEM_VARIABLES, "tx_isolation", "SERIALIZABLE");
    entry(out, StateChanges.SCHEMA, "shop");
    entry(out, StateChanges.STATE_CHANGE, "1");
    entry(out, StateChanges.GTIDS, "\0g");
    return ByteBufUtil.getBytes(out);
  }

  private static void entry(ByteBuf out, int type, String... texts) {
    ByteBuf entry = Unpooled.buffer();
    for (String text : texts) {
      LengthEncoded.write(entry, text);
    }
    out.writeByte(type);
    LengthEncoded.write(out, entry.readableBytes());
    out.writeBytes(entry);
  }

  private List<String> told() {
    List<String> told = new ArrayList<>();
    StateChanges.read(
        tracking.of(state(), false),
        new StateChanges.Receiver() {
          @Override
          public void variable(String name, String value) {
            told.add(name + "=" + value);
          }

          @Override
          public void schema(String name) {
            told.add("(schema)=" + name);
          }

          @Override
          public void state() {
            told.add("(state)");
          }

          @Override
          public void gtids(String gtids) {
            told.add("(gtids)=" + gtids);
          }
        });
    return told;
  }
}
