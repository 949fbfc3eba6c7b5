package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several calls in one message, as mssql-jdbc sends batches of a prepared statement. */
@AlsoOnBabelfish
class SqlServerCallsIT {
  private static final int ROWS = 20;

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

  /** Texts of more than 4,000 characters have another type: the statement is prepared anew. */
  @ParameterizedTest
  @ValueSource(ints = {10, 4500, 30_000})
  void aBatchWhoseTypesChangeIsRun(int longest) throws Exception {
    try (Connection ann = node.jdbc(";encrypt=false");
        Connection bob = node.jdbc(";encrypt=false");
        PreparedStatement insert = ann.prepareStatement("insert batched values (?, ?)")) {
      all(ann, "create table batched (a int, b nvarchar(max))");
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < ROWS; i++) {
          insert.setInt(1, i);
          insert.setString(2, "é".repeat(i / 3 % 2 == 0 ? 5 : longest));
          insert.addBatch();
        }
        assertThat(insert.executeBatch()).containsOnly(1).hasSize(ROWS);
        assertThat(all(bob, "select count(*), sum(len(b)) from batched"))
            .isEqualTo("[%d,%d;]".formatted((round + 1) * ROWS, (round + 1) * characters(longest)));
      }
      assertThat(server.connections()).isOne();
    }
  }

  private static int characters(int longest) {
    return IntStream.range(0, ROWS).map(i -> i / 3 % 2 == 0 ? 5 : longest).sum();
  }
}
