package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of procedures and parameters as no driver sends them: whichever the server reads as one
 * that runs a text, rules see the text.
 */
class SqlServerNamesIT {
  private static final String READ = "select v from secret";
  private static final int SECRET = 0x47114711;

  private static final List<String> SPELLINGS =
      List.of(
          "sp_executesql",
          "sys.sp_executesql",
          "dbo.SP_executesql",
          "[sp_executesql]",
          "\"sp_executesql\"",
          "\tsp_executesql",
          "sp_executesql\n",
          "sp_executesql\r",
          "sp_executesql\f",
          "\u000bsp_executesql",
          "sp_executesql/**/",
          "/**/sp_executesql",
          "sp_executesql -- x\n",
          "sp_executesql;1",
          " ".repeat(70) + "sp_executesql",
          "sp_executesql" + " ".repeat(70),
          " ".repeat(1100) + "sp_executesql",
          " ".repeat(5000) + "sp_executesql",
          "sys . sp_executesql",
          "sys./**/sp_executesql",
          "sp_executesql\u00a0",
          "\u3000sp_executesql",
          "sp_executesql\u200b",
          "[sp_executesql ]",
          "\uff53p_executesql",
          "sp_executesql\u0000",
          "sp_executesql\ud800",
          "master.sys.sp_executesql",
          "app.sys.sp_executesql",
          "app..sp_executesql",
          "srv.app.sys.sp_executesql",
          "sp_executesql @p1 --",
          "sp_executesql N'select v from secret' --",
          "sp_executesql N'select v from sec' + N'ret' --",
          "dbo.p; select v from secret --",
          "(N'select v from secret') --",
          "dbo.p; exec sp_executesql ");

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void start() throws SQLException {
    server = TdsTarget.start("app");
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
      TdsSessionTest.all(direct, "create table secret (v int)");
      TdsSessionTest.all(direct, "insert secret values (" + SECRET + ")");
      TdsSessionTest.all(direct, "create procedure p @x int = 1 as select 1 as a");
    }
  }

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
    server.close();
  }

  private boolean reached(int port, String user, String password, String name, Parameters values)
      throws IOException {
    try (RawTds client = new RawTds(port, user, password, "app")) {
      return RawTds.hasRow(client.call(name, values), SECRET);
    }
  }

  /** Parameters of a call. */
  private interface Parameters extends Consumer<ByteBuf> {}

  private void rejects(String rule) throws IOException {
    node = SqlServerNode.trusting(server, rule);
    List<String> reaching = new ArrayList<>();
    List<String> passing = new ArrayList<>();
    for (String form : SPELLINGS) {
      judge(form, out -> RawTds.text(out, "", READ), reaching, passing);
      judge(
          form.replace("executesql", "prepexec"),
          out -> {
            RawTds.handle(out);
            RawTds.text(out, "", null);
            RawTds.text(out, "", READ);
          },
          reaching,
          passing);
    }
    for (String parameter :
        List.of("@x = 1; select v from secret --", "@x=1 select v from secret --", "@x /**/")) {
      judge("p", out -> RawTds.text(out, parameter, READ), reaching, passing);
    }
    judge(
        "sp_executesql",
        out -> RawTds.text(out, "@stmt = N'select v from secret' --", "select 1"),
        reaching,
        passing);
    assertThat(reaching).contains("sp_executesql");
    assertThat(passing).isEmpty();
  }

  private void judge(String name, Parameters values, List<String> reaching, List<String> passing)
      throws IOException {
    if (reached(server.port(), server.user(), server.password(), name, values)) {
      reaching.add(name);
    }
    if (reached(node.port(), "app", "app", name, values)) {
      passing.add(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"(?i)secret", "tables:${catalog}.secret"})
  void noNameEvadesARule(String match) throws IOException {
    rejects("{\"match\": \"" + match + "\", \"action\": \"drop\"}");
  }
}
