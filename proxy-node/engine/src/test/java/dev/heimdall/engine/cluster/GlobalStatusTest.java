package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.Position;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a server whose status of the global cluster cannot be read. */
class GlobalStatusTest {
  private final GlobalStatus status =
      new GlobalStatus("SELECT 1", (row, column) -> Position.NONE, "a server", Optional.empty());
  private int queries;

  private Statement failing(String state) {
    return (Statement)
        Proxy.newProxyInstance(
            Statement.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (proxy, method, arguments) -> {
              queries++;
              throw new SQLException("a failure", state);
            });
  }

  /** It is not asked again with each probe, and counts as one of a local cluster. */
  @ParameterizedTest
  @CsvSource({"42883", "42501", "42S02"})
  void aServerThatDoesNotHaveItFailsNoProbe(String state) throws Exception {
    Statement statement = failing(state);

    assertThat(status.ask(statement, "w1", "")).isEmpty();
    assertThat(status.ask(statement, "w1", "")).isEmpty();
    assertThat(queries).isEqualTo(1);
  }

  /** Else a server that was shut down meanwhile would count as one of a local cluster for long. */
  @ParameterizedTest
  @CsvSource({"57P01", "08006", "08S01"})
  void aLostConnectionFailsTheProbe(String state) {
    Statement statement = failing(state);

    assertThatThrownBy(() -> status.ask(statement, "w1", "")).hasMessage("a failure");
    assertThatThrownBy(() -> status.ask(statement, "w1", "")).hasMessage("a failure");
    assertThat(queries).isEqualTo(2);
  }

  @Test
  void aFailureWithoutAStateFailsNoProbe() throws Exception {
    assertThat(status.ask(failing(null), "w1", "")).isEmpty();
  }
}
