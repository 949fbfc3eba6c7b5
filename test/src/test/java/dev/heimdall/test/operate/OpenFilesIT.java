package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may have fewer files open than it is to have clients. */
class OpenFilesIT {
  private static final int FILES = 600;

  @TempDir private Path directory;

  @Test
  void clientsThatThereIsNoFileForGetAnErrorAndOperatorsTheNumbers() throws Exception {
    try (ProxyProcess proxy =
        ProxyProcess.startWithOpenFiles(directory, Map.of("maxClients", 700), FILES)) {
      assertThat(proxy.output())
          .contains(
              "node longest statements detail=\"limits.maxStatementSize allows 67108864 bytes")
          .contains("may have " + FILES + " files open", "700 for maxClients");
      List<Connection> clients = new ArrayList<>();
      try {
        SQLException full = null;
        while (full == null && clients.size() < FILES) {
          try {
            clients.add(connect(proxy));
          } catch (SQLException e) {
            full = e;
          }
        }

        assertThat((Throwable) full).isNotNull();
        assertThat(full.getSQLState()).isEqualTo("53300");
        assertThat(clients).hasSizeGreaterThanOrEqualTo(FILES / 4);
        assertThatThrownBy(() -> connect(proxy)).hasMessageContaining("too many clients");
        clients.remove(0).close();
        clients.get(0).createStatement().execute("SELECT 1");
      } finally {
        for (Connection client : clients) {
          client.close();
        }
      }
    }
  }

  private static Connection connect(ProxyProcess proxy) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + proxy.target().port() + "/app?loginTimeout=10",
        "app",
        "app");
  }
}
