package dev.heimdall.engine.dialect.sqlserver.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.sqlserver.LoginFeature;
import dev.heimdall.engine.wire.sqlserver.SessionStates;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionRecoveryTest {
  private static final Variables SETTINGS =
      Variables.of(Map.of("lock_timeout", "-1", "xact_abort", "ON", "language", "N'Deutsch'"));

  /** States as a driver keeps them: the last of each number. */
  private final Map<Integer, byte[]> kept = new TreeMap<>();

  private boolean recoverable = true;

  private static SessionRecovery fresh() {
    return SessionRecovery.of(new LoginFeature(LoginFeature.SESSION_RECOVERY, new byte[0]));
  }

  private void before(SessionRecovery recovery, Variables settings) {
    ByteBuf out = Unpooled.buffer();
    recovery.before(settings, out);
    while (out.isReadable()) {
      out.skipBytes(1);
      int length = out.readIntLE();
      int at = out.readerIndex();
      boolean can = SessionStates.isRecoverable(out, at, length);
      SessionStates.visit(
          out,
          at,
          length,
          (id, in, from, bytes) -> {
            kept.put(id, ByteBufUtil.getBytes(in, from, bytes));
            recoverable = id == 200 ? can : recoverable;
          });
      out.skipBytes(length);
    }
  }

  private SessionRecovery again(String database) {
    ByteBuf states = Unpooled.buffer().writeByte(database.length());
    states.writeCharSequence(database, StandardCharsets.UTF_16LE);
    states.writeShort(0);
    kept.forEach((id, value) -> SessionStates.writeState(states, id, value));
    ByteBuf data = Unpooled.buffer().writeIntLE(3).writeZero(3);
    data.writeIntLE(states.readableBytes()).writeBytes(states);
    return SessionRecovery.of(
        new LoginFeature(LoginFeature.SESSION_RECOVERY, ByteBufUtil.getBytes(data)));
  }

  @Test
  void settingsComeBackAndAgain() {
    SessionRecovery recovery = fresh();
    for (int i = 0; i < 3; i++) {
      before(recovery, null);
      assertThat(recoverable).isFalse();
      before(recovery, SETTINGS.with("datefirst", Integer.toString(i)));
      assertThat(recoverable).isTrue();

      recovery = again("tempdb");

      assertThat(recovery.recovered()).isEqualTo(SETTINGS.with("datefirst", Integer.toString(i)));
      assertThat(recovery.database("app")).isEqualTo("tempdb");
    }
    before(recovery, null);
    before(recovery, Variables.NONE);
    assertThat(again("").recovered()).isEqualTo(Variables.NONE);
    assertThat(again("").database("app")).isEqualTo("app");
  }

  @Test
  void aSessionWithoutSettingsIsNotTalkedOf() {
    before(fresh(), Variables.NONE);

    assertThat(kept).isEmpty();
  }

  @Test
  void aSettingThatCannotComeBackForbidsIt() {
    before(fresh(), Variables.of(Map.of("language", "'it''s'")));

    assertThat(recoverable).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nocount=ON drop table t",
        "rowcount=1; drop table t",
        "language='a' drop table t --'",
        "database=secret",
        "context_info=0x01",
        "transaction isolation level=NONE"
      })
  void settingsThatNoNodeHasGivenAreRefused(String forged) {
    kept.put(1, (forged + "\n").getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> again("")).isInstanceOf(TdsProtocolException.class);
  }
}
