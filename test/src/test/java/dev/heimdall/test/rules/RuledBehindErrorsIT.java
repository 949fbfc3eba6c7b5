package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queries with rules behind an error in a batch, which the server ignores up to the Sync. */
class RuledBehindErrorsIT {
  @Test
  void aResultIsGivenToNoQueryThatIsSkipped() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.vdb("rules", List.of("some"))
                        .rules(
                            "some",
                            """
                        {"match": "ruled", "action": "result", "parameters": {"value": 3}}
                        """));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(bind("", "nothing"), query("UPDATE ruled SET a = 1"), sync());
      client.send(query("SELECT 'after'"));
      assertThat(client.untilReady().toString()).contains("26000");
      assertThat(client.untilReady().toString()).contains("after");

      client.send(
          parse("", "SELECT 'batch'"),
          bind("", ""),
          execute("", 0),
          query("UPDATE ruled SET a = 1"));
      assertThat(client.untilReady().toString()).contains("batch", "UPDATE 3");
      client.send(bind("", ""), sync());
      assertThat(client.untilReady().toString()).contains("26000");
    }
  }
}
