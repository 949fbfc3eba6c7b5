package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** The pages of the nodes in a real browser, with real nodes. */
@Needs("chromium")
@Tag("long")
class NodesPagesIT {
  @TempDir private Path directory;

  @Test
  void nodesComeAndGoAndACommitArrivesAtThem() throws Exception {
    try (Browser browser = Browser.start();
        ReportingNodes fleet = new ReportingNodes(directory)) {
      Started manager = fleet.manager(fleet.onePort());
      manager.awaitOutput("managing on port");
      browser.logIn(fleet.onePort(), Files.readString(fleet.passwordFile(fleet.onePort())));
      browser.open("http://localhost:" + fleet.onePort() + "/nodes");
      browser.awaitText("No node has reported yet");
      browser.shoot("nodes-none");

      Started a = fleet.node("shop-a");
      fleet.node("shop-b");
      browser.awaitText("shop-a").awaitText("shop-b");
      Await.until(
          "both run what is there",
          Started.PATIENCE,
          () -> count(browser.text(), "Newest") == 2,
          browser::text);
      browser.shoot("nodes");

      browser.open("http://localhost:" + fleet.onePort() + "/documents/vdbs/app.json");
      String text = browser.find("#text").getDomProperty("value");
      browser.replace(browser.find("#text"), text.replace("}", ", \"pool\": {\"size\": 7}}"));
      browser.click("form[action='/review'] .main");
      browser.click("form[action='/draft/commit'] .main");
      browser.awaitText("is written.").awaitText("of 2 nodes");
      browser.shoot("rollout");
      browser.awaitText("2 of 2 nodes run this configuration.");
      assertThat(count(browser.text(), "Runs it")).isEqualTo(2);
      browser.shoot("rollout-done");

      browser.open("http://localhost:" + fleet.onePort() + "/nodes");
      browser.click("a[href='/nodes/shop-a']");
      browser.awaitText("Virtual database").awaitText("Reachable");
      browser.shoot("node");

      browser.click(".commands summary");
      browser.awaitText("Table, as database.schema.table");
      browser.shoot("node-commands");
      browser.find("form[action='/nodes/shop-a'] button[value='drain']");
      for (WebElement summary : browser.all(".commands summary")) {
        if (summary.getText().startsWith("Drain")) {
          summary.click();
        }
      }
      browser.click("button[value='drain']");
      browser.awaitText("Sent to 1 node.").awaitText("Out of service");
      browser.shoot("node-drained");

      browser.open("http://localhost:" + fleet.onePort() + "/nodes");
      browser.click("form[action='/nodes'] button");
      browser.awaitText("Sent to 2 nodes.").awaitText("0 objects differ");
      browser.shoot("nodes-commands");
      a.kill();
      browser.awaitText("Late");
      browser.awaitText("Lost");
      browser.shoot("nodes-lost");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static int count(String text, String word) {
    return text.split(word, -1).length - 1;
  }
}
