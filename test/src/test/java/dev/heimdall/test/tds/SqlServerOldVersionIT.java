package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients of TDS 7.1, which jTDS speaks, through a node that has one connection: values that calls
 * return have no ordinals there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@AlsoOnBabelfish
class SqlServerOldVersionIT {
  private TdsTarget server;
  private SqlServerNode node;

  @BeforeAll
  void listen() throws SQLException {
    server = TdsTarget.start("app");
    node = SqlServerNode.reading(server, "");
    try (Connection ann = node.jtds()) {
      all(ann, "create table numbers (a int, b nvarchar(40))");
      all(ann, "create procedure doubles @in int, @out int output as set @out = 2 * @in");
      all(
          ann,
          "create procedure both @a int, @first int output, @text nvarchar(20) output as"
              + " begin set @first = @a + 1; set @text = N'text'; return 7; end");
    }
  }

  @AfterAll
  void end() {
    node.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "3, false", "2, true", "3, true"})
  void preparedStatementsRunHoweverTheDriverPreparesThem(int how, boolean cursors)
      throws Exception {
    if (cursors) {
      server.lacksOnBabelfish("a cursor for the several statements with which jTDS begins");
    }
    String properties = ";prepareSQL=" + how + ";useCursors=" + cursors;
    try (Connection ann = node.jtds(properties);
        Connection bob = node.jtds()) {
      all(bob, "delete from numbers");
      try (PreparedStatement insert = ann.prepareStatement("insert numbers values (?, ?)");
          PreparedStatement select =
              ann.prepareStatement("select b from numbers where a >= ? order by a")) {
        for (int i = 0; i < 4; i++) {
          insert.setInt(1, i);
          insert.setString(2, "é" + i);
          assertThat(insert.executeUpdate()).isOne();
          if (how != 1) {
            assertThat(all(bob, "select count(*) from numbers")).isEqualTo("[" + (i + 1) + ";]");
          }
        }
        for (int from = 0; from < 4; from++) {
          select.setInt(1, from);
          select.setFetchSize(2);
          StringBuilder read = new StringBuilder();
          try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              read.append(rows.getString(1));
            }
          }
          assertThat(read).hasToString("é0é1é2é3".substring(2 * from));
          if (how != 1) {
            assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
          }
        }
      }
    }
  }

  @Test
  void aBatchOfAPreparedStatementIsOneMessageOfCalls() throws Exception {
    try (Connection ann = node.jtds();
        PreparedStatement insert = ann.prepareStatement("insert numbers values (?, N'batched')")) {
      for (int i = 0; i < 50; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).containsOnly(1).hasSize(50);
      assertThat(all(ann, "select count(*) from numbers where b = 'batched'")).isEqualTo("[50;]");
    }
  }

  @Test
  void proceduresReturnTheirParametersAndStatus() throws Exception {
    try (Connection ann = node.jtds();
        Connection bob = node.jtds();
        CallableStatement doubles = ann.prepareCall("{call doubles(?, ?)}");
        CallableStatement both = ann.prepareCall("{? = call both(?, ?, ?)}")) {
      for (int i = 0; i < 3; i++) {
        doubles.setInt(1, i);
        doubles.registerOutParameter(2, Types.INTEGER);
        doubles.execute();
        assertThat(doubles.getInt(2)).isEqualTo(2 * i);
        both.registerOutParameter(1, Types.INTEGER);
        both.setInt(2, i);
        both.registerOutParameter(3, Types.INTEGER);
        both.registerOutParameter(4, Types.VARCHAR);
        both.execute();
        assertThat(both.getInt(1) + " " + both.getInt(3) + both.getString(4))
            .isEqualTo("7 " + (i + 1) + "text");
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      }
    }
  }
}
