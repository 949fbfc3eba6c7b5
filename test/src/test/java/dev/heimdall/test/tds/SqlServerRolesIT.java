package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rights that a client takes on end with its connection: no reset takes them away. */
class SqlServerRolesIT {
  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsTarget.start("app");
    node = SqlServerNode.start(server, "", "");
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "execute as user = 'other'",
        "begin tran execute as user = 'other' commit",
        "exec ('execute as user = ''other''') execute as user = 'other'",
        "execute as user = 'third' execute as user = 'other' revert execute as user = 'other'",
        "exec sp_setapprole 'other', 'secret'",
        "{call sp_setapprole('other', 'secret')}",
      })
  void rightsAreTheirClientsAlone(String statement) throws Exception {
    try (Connection bob = client()) {
      String own = all(bob, "select user_name()");
      try (Connection ann = client();
          CallableStatement taken = ann.prepareCall(statement)) {
        taken.execute();
        for (int i = 0; i < 3; i++) {
          assertThat(all(ann, "select user_name()")).isEqualTo("[other;]");
        }
      }

      assertThat(all(bob, "select user_name()")).isEqualTo(own);
      Await.until("the connection is closed", () -> server.connections() == 1);
      assertThat(server.standIn().accepted()).isEqualTo(2);
    }
  }
}
