package dev.heimdall.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerLoadTest {
  private final ServerLoad load = new ServerLoad(true);

  @Test
  void aConnectionLostOverTheQueryForLimitsSaysNothingOfTheServer() {
    load.lostOverQuery();
    load.lostOverQuery();
    assertThat(load.statementsOnly()).isFalse();
    load.reported(100, 10);
    load.lostOverQuery();
    load.lostOverQuery();
    assertThat(load.statementsOnly()).as("it has answered in between").isFalse();
    load.lostOverQuery();
    assertThat(load.statementsOnly()).as("three in a row").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"57P01", "57P03", "57014", "53300", "08006", "08S01", "40001", "58030"})
  void aServerThatIsAboutToStopOrHasNoRoomIsQueriedAgain(String sqlState) {
    load.rejectedQuery(ServerError.error(sqlState, "not now"));
    assertThat(load.statementsOnly()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"42501", "42883", "0A000", "HY000", "42000"})
  void aServerWithoutSuchLimitsOrRightsIsNot(String sqlState) {
    load.rejectedQuery(ServerError.error(sqlState, "never"));
    assertThat(load.statementsOnly()).isTrue();
  }
}
