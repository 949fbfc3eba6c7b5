package dev.heimdall.test.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.DatabaseSecret;
import dev.heimdall.test.fixture.MariaServer;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server of another engine to which a secret leads, which is rotated. */
@Tag("long")
class ForeignSecretIT {
  private static final String USER = "rotating";
  private static final String SECRET = "prod/crm";

  private static TestConfiguration bySecret(TestConfiguration c) {
    return c.without("sources/crm.json", "user")
        .without("sources/crm.json", "password")
        .source("crm", "credentials.secret", SECRET)
        .source("crm", "credentials.region", "eu-west-1")
        .source("crm", "credentials.endpoint", AwsEmulator.shared().endpoint().toString());
  }

  /** Which connection of the server it has; empty when it has lost one just now. */
  private static String connection(RawClient client) throws IOException {
    List<Message> answer = client.query("SELECT connection_id() /* on_crm */");
    return answer.stream().anyMatch(message -> message.type() == 'E')
        ? ""
        : client.value("SELECT connection_id() /* on_crm */");
  }

  @Test
  void aConnectionAfterARotationIsMadeWithTheNextPassword() throws Exception {
    MariaServer server = MariaServer.shared();
    server.execute(
        "CREATE OR REPLACE USER " + USER + "@'%' IDENTIFIED BY 'first'",
        "GRANT ALL ON crm.* TO " + USER + "@'%'");
    try (DatabaseSecret secret = new DatabaseSecret(SECRET, USER, "first");
        TestNode node = ForeignNode.start(server, c -> bySecret(c).vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      String first = connection(client);
      assertThat(client.value("SELECT user() /* on_crm */")).startsWith(USER + "@");

      server.execute("ALTER USER " + USER + "@'%' IDENTIFIED BY 'second'");
      secret.rotate(USER, "second");
      server.execute("KILL " + first);
      Await.until(
          "there is another connection",
          () -> {
            String now = connection(client);
            return !now.isEmpty() && !now.equals(first);
          });
    }
  }
}
