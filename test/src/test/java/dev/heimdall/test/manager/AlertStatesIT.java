package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An alert from its beginning to its end, by a real failover, for people and programs: told once by
 * two managers, acknowledged, over while both managers were away, and silenced.
 */
@Needs("chromium")
@Tag("long")
class AlertStatesIT {
  private static final String ALERTS = "/api/v1/alerts";
  private static final String SILENCES = "/api/v1/silences";

  @TempDir private Path directory;

  private final AlertReceivers receivers;
  private final GreenMail mail =
      new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp").dynamicPort());

  AlertStatesIT() throws IOException {
    receivers = new AlertReceivers();
  }

  private static Rest.Said send(Rest rest, String method, String path, String body)
      throws Exception {
    Rest.Said said =
        rest.send(
            rest.request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    assertThat(said.status()).as(said.toString()).isBetween(200, 204);
    return said;
  }

  private void makeTargets(Rest rest) throws Exception {
    String targets = "/api/v1/alert-targets/";
    send(
        rest,
        "PUT",
        targets + "incidents",
        """
        {"type": "pagerduty", "routingKey": "%s", "url": "%s/v2/enqueue", "source": "shop"}
        """
            .formatted(AlertReceivers.ROUTING_KEY, receivers.url()));
    send(
        rest,
        "PUT",
        targets + "prometheus",
        """
        {"type": "alertmanager", "url": "%s", "authorization": "%s", "source": "shop"}
        """
            .formatted(receivers.url(), AlertReceivers.AUTHORIZATION));
    send(
        rest,
        "PUT",
        targets + "people",
        """
        {"type": "email", "host": "localhost", "port": %d, "security": "none",
         "from": "heimdall@example.com", "to": ["on-call@example.com"], "kinds": ["no-writer"]}
        """
            .formatted(mail.getSmtp().getPort()));
    send(rest, "POST", targets + "incidents/test", "");
    send(rest, "POST", targets + "prometheus/test", "");
    Await.until("a test has come", () -> receivers.incidents("resolve").size() == 1);
    Await.until("a test has come", () -> receivers.alerts("HeimdallTest").size() == 1);
    String said = rest.get(targets.substring(0, targets.length() - 1)).body();
    assertThat(said).doesNotContain(AlertReceivers.ROUTING_KEY).doesNotContain("T0PSECRET");
  }

  private static JsonNode alert(Rest rest, String kind) {
    try {
      for (JsonNode one : rest.get(ALERTS).json().path("alerts")) {
        if (one.path("kind").asText().equals(kind)) {
          return one;
        }
      }
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return MissingNode.getInstance();
  }

  private static String all(Rest rest) {
    try {
      return rest.get(ALERTS).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private static JsonNode await(Rest rest, String kind, String state) {
    Await.until(
        kind + " is " + state,
        Started.PATIENCE,
        () -> alert(rest, kind).path("state").asText().equals(state),
        () -> alert(rest, kind).toString());
    return alert(rest, kind);
  }

  private long incidents(String action, String kind) {
    return receivers.incidents(action).stream()
        .filter(event -> event.at("/payload/class").asText().equals(kind))
        .count();
  }

  private List<String> subjects() {
    return Stream.of(mail.getReceivedMessages())
        .map(
            message -> {
              try {
                return ((MimeMessage) message).getSubject();
              } catch (MessagingException e) {
                throw new IllegalStateException(e);
              }
            })
        .toList();
  }

  @Test
  void anAlertIsToldOnceFromItsBeginningToItsEnd() throws Exception {
    mail.start();
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
        ReportingNodes fleet = new ReportingNodes(directory);
        Browser browser = Browser.start()) {
      cluster.primary().execute("CREATE DATABASE app");
      fleet.write("sources/main.json", ReportingNodes.source(cluster));
      Started one = fleet.manager(fleet.onePort());
      one.awaitOutput("managing on port");
      Started other = fleet.manager(fleet.otherPort());
      other.awaitOutput("managing on port");
      browser.logIn(fleet.onePort(), Files.readString(fleet.passwordFile(fleet.onePort())));
      Rest rest = fleet.rest(fleet.onePort());
      makeTargets(rest);
      browser.open("http://localhost:" + fleet.onePort() + "/alerts?type=pagerduty");
      browser.awaitText("routingKey").awaitText("Alertmanager");
      browser.shoot("alerts-pagerduty");
      changeThresholds(browser, fleet, rest);
      fleet.node("shop-a");
      Started b = fleet.node("shop-b");
      fleet.awaitWriterKnown("shop-a", "shop-b");

      cluster.primary().kill();
      JsonNode firing = await(rest, "no-writer", "firing");
      String id = firing.path("id").asText();
      Rest elsewhere = fleet.rest(fleet.otherPort());
      Await.until(
          "the other manager has it, too",
          Started.PATIENCE,
          () -> alert(elsewhere, "no-writer").path("id").asText().equals(id),
          () -> alert(elsewhere, "no-writer").toString());
      Await.until("PagerDuty has it", () -> incidents("trigger", "no-writer") > 0);
      JsonNode incident =
          receivers.incidents("trigger").stream()
              .filter(event -> event.at("/payload/class").asText().equals("no-writer"))
              .findFirst()
              .orElseThrow();
      assertThat(incident.path("dedup_key").asText())
          .as(() -> all(rest) + "\n" + one.output() + "\n" + other.output())
          .isEqualTo(id);
      assertThat(incident.at("/payload/severity").asText()).isEqualTo("critical");
      assertThat(incident.at("/payload/source").asText()).isEqualTo("shop");
      assertThat(incident.at("/payload/component").asText()).isEqualTo("main");
      assertThat(incident.at("/payload/timestamp").asText())
          .isEqualTo(firing.path("startsAt").asText());
      Await.until("Alertmanager has it", () -> !receivers.alerts("HeimdallNoWriter").isEmpty());
      JsonNode held = receivers.alerts("HeimdallNoWriter").get(0);
      assertThat(held.at("/labels/about").asText()).isEqualTo("main");
      assertThat(held.path("startsAt").asText()).isEqualTo(firing.path("startsAt").asText());
      assertThat(Instant.parse(held.path("endsAt").asText())).isAfter(Instant.now());
      Await.until(
          "the mail is there",
          () -> subjects().equals(List.of("[critical] Heimdall: no writer of main")));

      browser.open("http://localhost:" + fleet.onePort() + "/problems");
      browser.awaitText("Cluster main has no writer.").awaitText("Acknowledge");
      browser.shoot("alert-firing");
      browser.click("form[action='/problems/" + id + "/acknowledge'] button");
      browser.awaitText("Acknowledged by admin");
      browser.shoot("alert-acknowledged");
      Await.until(
          "PagerDuty has it acknowledged",
          () ->
              receivers.incidents("acknowledge").stream()
                  .anyMatch(event -> event.path("dedup_key").asText().equals(id)));
      assertThat(rest.get("/api/v1/audit").body())
          .contains("alert_acknowledged")
          .contains("no-writer main");
      assertThat(browser.complaints()).isEmpty();

      // Both managers are away, and meanwhile it is over.
      one.kill();
      other.kill();
      cluster.replicas().get(0).promote();
      fleet.manager(fleet.onePort()).awaitOutput("managing on port");
      fleet.manager(fleet.otherPort()).awaitOutput("managing on port");
      JsonNode ended = await(rest, "no-writer", "resolved");
      assertThat(ended.path("id").asText()).isEqualTo(id);
      assertThat(ended.at("/acknowledged/by").asText()).isEqualTo("admin");
      Await.until(
          "PagerDuty has it resolved",
          () ->
              receivers.incidents("resolve").stream()
                  .anyMatch(event -> event.path("dedup_key").asText().equals(id)));
      Await.until(
          "Alertmanager knows its end",
          () ->
              receivers.alerts("HeimdallNoWriter").stream()
                  .anyMatch(
                      alert ->
                          alert.path("endsAt").asText().equals(ended.path("endsAt").asText())));
      Await.until(
          "the mail is there",
          () ->
              subjects()
                  .equals(
                      List.of(
                          "[critical] Heimdall: no writer of main",
                          "[resolved] Heimdall: no writer of main")));
      assertThat(incidents("trigger", "no-writer")).isEqualTo(1);

      silenced(fleet, rest, b, browser);
      assertThat(receivers.faults()).isEmpty();
    } finally {
      mail.stop();
      receivers.close();
    }
  }

  private static void changeThresholds(Browser browser, ReportingNodes fleet, Rest rest)
      throws Exception {
    browser.open("http://localhost:" + fleet.onePort() + "/problems");
    browser.awaitText("Nothing is wrong");
    browser.open("http://localhost:" + fleet.onePort() + "/problems/thresholds");
    browser.awaitText("waitingClients");
    browser.replace(browser.find("#f-lag"), "often");
    browser.click("form[action='/problems/thresholds'] .main");
    browser.awaitText("lag: got \"often\"");
    browser.shoot("alert-thresholds");
    browser.replace(browser.find("#f-lag"), "5s");
    browser.click("form[action='/problems/thresholds'] .main");
    browser.awaitText("These thresholds hold from now on.");
    assertThat(rest.get("/api/v1/alert-thresholds").json().path("lag").asText()).isEqualTo("5s");
  }

  private void silenced(ReportingNodes fleet, Rest rest, Started b, Browser browser)
      throws Exception {
    fleet.awaitLive(fleet.onePort(), "shop-a", "shop-b");
    fleet.awaitLive(fleet.otherPort(), "shop-a", "shop-b");
    String silence =
        send(
                rest,
                "POST",
                SILENCES,
                "{\"kind\": \"nodes-lost\", \"node\": \"shop-b\", \"until\": \"%s\", \"reason\": \"kernel\"}"
                    .formatted(Instant.now().plusSeconds(3600)))
            .json()
            .path("id")
            .asText();
    b.kill();
    assertThat(await(rest, "nodes-lost", "firing").path("silenced").asBoolean()).isTrue();
    browser.open("http://localhost:" + fleet.onePort() + "/problems");
    browser.awaitText("1 of 2 nodes does not report any more.").awaitText("Silenced by admin");
    browser.awaitText("Cluster main has no writer"); // among those that have ended
    browser.shoot("alert-silenced");
    assertThat(incidents("trigger", "nodes-lost")).isZero();
    send(rest, "DELETE", SILENCES + "/" + silence, "");
    Await.until("PagerDuty has it", () -> incidents("trigger", "nodes-lost") == 1);
    assertThat(browser.complaints()).isEmpty();
  }
}
