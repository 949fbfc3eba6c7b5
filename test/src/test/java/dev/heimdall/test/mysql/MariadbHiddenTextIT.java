package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class MariadbHiddenTextIT extends HiddenTextContract {
  MariadbHiddenTextIT() {
    super(MysqlRelease.MARIADB, 2);
  }

  @Override
  List<String> modes() {
    return Stream.concat(super.modes().stream(), Stream.of("MSSQL")).toList();
  }

  @Test
  void beginIsNoTransactionByOraclesGrammar() throws IOException {
    List<String> story = List.of("SET sql_mode = 'ORACLE'", "BEGIN", "SELECT 1", "SELECT 2");
    try (MysqlNode node = MysqlNode.start(MysqlRelease.MARIADB, c -> {});
        RawMysqlClient client =
            RawMysqlClient.logIn(MysqlTarget.of(MysqlRelease.MARIADB.shared().primary()));
        RawMysqlClient through = RawMysqlClient.logIn(node.target())) {
      assertThat(play(through, story, "")).isEqualTo(play(client, story, ""));
    }
  }
}
