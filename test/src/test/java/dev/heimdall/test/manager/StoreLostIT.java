package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees while the store that nodes share is lost, and when it is back. */
@Needs("chromium")
@Tag("long")
class StoreLostIT {
  @TempDir private Path directory;

  @Test
  void theFirstScreenSaysSoAndThatItIsOver() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        ReportingNodes fleet = new ReportingNodes(directory);
        Browser browser = Browser.start()) {
      sharing(fleet, store);
      int port = fleet.onePort();
      fleet.manager(port).awaitOutput("managing on port");
      fleet.node("shop-a");
      fleet.node("shop-b");
      fleet.awaitLive(port, "shop-a", "shop-b");
      browser.logIn(port, Files.readString(fleet.passwordFile(port)));
      browser.open("http://localhost:" + port + "/dashboard");
      browser.awaitText("Nodes ready").awaitText("Live");
      browser.awaitText("0 errors/s"); // figures of a fleet that has run for a while

      store.stop();
      browser.awaitText("2 of 2 nodes do not reach the shared store");
      browser.awaitText("What caches share is not used");
      browser.shoot("store-lost");
      store.start();
      // Of the last look at it, when one node may have been back.
      browser.awaitText("Solved: ").awaitText("the shared store");
      assertThat(browser.text()).doesNotContain("What caches share is not used");
      browser.shoot("store-back");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void sharing(ReportingNodes fleet, RedisProcess store) throws IOException {
    String node = Files.readString(fleet.configuration().resolve("node.json"));
    fleet.write(
        "node.json",
        node.replaceFirst(
            "\\{", "{\"store\": {\"servers\": [\"%s\"]}, ".formatted(store.address())));
    fleet.write(
        "rules/all.json",
        "{\"rules\": [{\"match\": \"(?i)^select\", \"action\": \"cache\", \"parameters\": {\"ttl\": 60000}}]}");
    fleet.write(
        "sources/main.json",
        """
        {"url": "%s", "user": "%s", "password": "%s", "tls": {"mode": "disable"},
         "cluster": {"kind": "postgres", "reads": "none"}}
        """
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD));
    fleet.write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0], \"rules\": [\"all\"], \"cache\": {\"enabled\": true}}");
  }
}
