package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.Test;

/** Messages of every size are answered, whatever the client waits for while they come. */
class MessageSizesIT {
  @Test
  void aParseAboveTheInputLimitIsReadOnWhenItsClientGetsAServerConnection() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("pool.size", 1).node("loops", 1));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holder.query("BEGIN");
      holder.value("SELECT 1");
      byte[] large = parse("large", "SELECT 1 /* " + "x".repeat(300_000) + " */");
      byte[] batch = all(parse("small", "SELECT 2"), large, bind("", "large"), execute("", 0));
      client.sendPart(batch, 0, 250_000);
      OwnNodeOfEachKind.awaitWaiting(node, 1);
      client.sendPart(batch, 250_000, batch.length);
      holder.query("COMMIT");
      client.send(sync());
      assertThat(client.untilReady())
          .extracting(Message::type)
          .containsExactly('1', '1', '2', 'D', 'C', 'Z');
    }
  }
}
