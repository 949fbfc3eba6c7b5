package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.top.Console;
import dev.heimdall.launcher.top.Top;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code heimdall top} of a node shows its statements to who may see them. */
class TopIT {
  private static Top top(TestNode node, String user, String password) {
    return Top.ofNode(
        URI.create("http://127.0.0.1:" + node.httpPort()),
        Optional.of(new Console("127.0.0.1", node.target().port(), "heimdall", user, password)));
  }

  @Test
  void statementsComeFromTheConsole() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.vdb("rules", List.of("top"))
                        .rules("top", "{\"match\": \"tp_none\", \"action\": \"log\"}"));
        Connection client = node.connect("preferQueryMode", "simple");
        Statement statement = client.createStatement()) {
      statement.execute("SELECT 'canary-value' AS tp_shown FROM pg_sleep(0.05)");
      StringWriter screen = new StringWriter();
      top(node, "admin", "admin").once(new PrintWriter(screen, true));

      assertThat(screen.toString())
          .contains("VIRTUAL DATABASE", "STATEMENT")
          .containsPattern("select \\? as tp_shown from pg_sleep\\(\\?\\) +app +[0-9]+% +1 ")
          .doesNotContain("canary-value");
      assertThatThrownBy(() -> top(node, "admin", "wrong").once(new PrintWriter(screen)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("refuses the user or the password")
          .hasMessageNotContaining("wrong");
      assertThatThrownBy(() -> top(node, "app", "app").once(new PrintWriter(screen)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not permit this");
    }
  }
}
