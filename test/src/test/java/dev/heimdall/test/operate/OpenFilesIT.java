package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.MysqlRelease;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that may have fewer files open than it is to have clients. */
@Tag("long")
class OpenFilesIT {
  private static final int FILES = 600;

  @TempDir private Path directory;

  /** As the drivers of both name them. */
  @ParameterizedTest
  @CsvSource({"postgresql, 53300, too many clients", "mysql, 08004, Too many connections"})
  void clientsThatThereIsNoFileForGetAnErrorAndOperatorsTheNumbers(
      String engine, String state, String message) throws Exception {
    try (ProxyProcess proxy = ProxyProcess.configured(directory, Map.of("maxClients", 700))) {
      if (engine.equals("mysql")) {
        proxy.before(MysqlRelease.MARIADB.shared().primary());
      }
      proxy.startWithOpenFiles(FILES);
      assertThat(proxy.output())
          .contains(
              "node longest statements detail=\"limits.maxStatementSize allows 67108864 bytes")
          .contains("may have " + FILES + " files open", "700 for maxClients");
      List<Connection> clients = new ArrayList<>();
      try {
        SQLException full = null;
        while (full == null && clients.size() < FILES) {
          try {
            clients.add(connect(engine, proxy));
          } catch (SQLException e) {
            full = e;
          }
        }

        assertThat((Throwable) full).isNotNull();
        assertThat(full.getSQLState()).isEqualTo(state);
        assertThat(clients).hasSizeGreaterThanOrEqualTo(FILES / 4);
        assertThatThrownBy(() -> connect(engine, proxy)).hasMessageContaining(message);
        clients.remove(0).close();
        clients.get(0).createStatement().execute("SELECT 1");
      } finally {
        for (Connection client : clients) {
          client.close();
        }
      }
    }
  }

  private static Connection connect(String engine, ProxyProcess proxy) throws SQLException {
    String properties =
        engine.equals("mysql")
            ? "sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=10000"
            : "loginTimeout=10";
    return DriverManager.getConnection(
        "jdbc:%s://127.0.0.1:%d/app?%s".formatted(engine, proxy.target().port(), properties),
        "app",
        "app");
  }
}
