package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.port;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Log-ins by passthrough are decided by the writer that is there now. */
class LogInsAfterFailoverIT {
  @Test
  void newWriterDecidesOnLogInsThatTheOldOneHadAccepted() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> c.vdb("credentials", "passthrough").source("credentials.recheck", "1h"));
        Connection stays = routed.connect()) {
      assertThat(port(stays)).isEqualTo(routed.primary().port());
      routed.connect().close(); // admitted without a question, for an hour

      routed.primary().kill();
      routed.first().promote();
      assertThat(port(stays)).as("over a new connection").isEqualTo(routed.first().port());
      try (Connection same = routed.connect()) {
        assertThat(port(same)).isEqualTo(routed.first().port());
      }
    }
  }

  @Test
  void logInThatTheNewWriterRejectsFailsThoughItsPoolHasConnections() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> c.vdb("credentials", "passthrough").source("credentials.recheck", "1h"));
        Connection stays = routed.connect()) {
      assertThat(port(stays)).isEqualTo(routed.primary().port());
      routed.primary().kill();
      routed.first().promote();
      assertThat(port(stays)).isEqualTo(routed.first().port());
      routed.first().execute("ALTER ROLE app NOLOGIN");

      assertThatThrownBy(() -> routed.connect().close())
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28000"));
      assertThat(value(stays, "SELECT 1")).isEqualTo("1");
    }
  }
}
