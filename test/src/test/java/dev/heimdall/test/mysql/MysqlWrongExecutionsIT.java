package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrong with commands about prepared statements, clients hear in their server's words. */
class MysqlWrongExecutionsIT {
  /** Behind the number of a statement with one parameter: flags, and what follows, in hex. */
  private static final List<String> EXECUTIONS =
      List.of(
          "", // cut ahead of how often
          "0001",
          "0001000000", // no parameter
          "000100000000", // nor types
          "00010000000000",
          "000100000000000500000000000000", // a value without a type
          "0001000000000108", // half of a type
          "000100000000010800", // no value
          "0001000000000108000500", // half of one
          "000100000000017700050000000000000000",
          "000100000000010600"); // a type without values

  private static List<String> said(MysqlTarget target) throws IOException {
    List<String> said = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logIn(target)) {
      for (String execution : EXECUTIONS) {
        int number = client.prepare("SELECT ?");
        said.add(execution + ": " + answer(client, Command.STMT_EXECUTE, number, execution));
        client.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
      }
      said.add("unknown: " + answer(client, Command.STMT_EXECUTE, 99, "0001000000"));
      said.add("to fetch: " + answer(client, Command.STMT_FETCH, 99, "01000000"));
      said.add("to reset: " + answer(client, Command.STMT_RESET, 99, ""));
      assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
    return said;
  }

  private static String answer(RawMysqlClient client, int command, int number, String more)
      throws IOException {
    byte[] bytes = HexFormat.of().parseHex(more);
    try {
      return client.query(RawMysqlClient.ofStatement(command, number, bytes)).size() + " rows";
    } catch (RawMysqlClient.ErrorReceived error) {
      return error.getMessage();
    }
  }

  /** Directly, some of them end MariaDB 11.4. */
  @ParameterizedTest
  @EnumSource(value = MysqlRelease.class, names = "MYSQL")
  void errorsAreThoseOfADirectConnection(MysqlRelease release) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      assertThat(said(node.target())).isEqualTo(said(MysqlTarget.of(release.shared().primary())));
    }
  }
}
