package dev.heimdall.engine.dialect.mysql.server;

import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.MYSQL;
import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.eof;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.server.DetachedMysql.Own;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnWarningsTest {
  /** MySQL warns of each FOUND_ROWS(), with which the node asks what a session has found. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAServerWarnsTheNodeOfIsNoSessions(boolean deprecatesEof) {
    for (int warnings : new int[] {0, 1}) {
      DetachedMysql server = new DetachedMysql(MYSQL, eof(deprecatesEof));
      server.requests().last().diagnosticsOf(null);
      Own own = new Own();
      server.connection.query("SELECT FOUND_ROWS()", own);
      server.server(
          new Answers(deprecatesEof)
              .packet(1)
              .definitions(new Random(1), 1)
              .packet(1, '7')
              .end(warnings, 0)
              .sent());
      assertThat(own.rows).hasToString("[[7]]");
      assertThat(server.requests().last().diagnosticsOf() != null).isEqualTo(warnings > 0);
      server.finish();
    }
  }
}
