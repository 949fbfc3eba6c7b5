package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A statement that a rule has people told of, until they have it: by e-mail and over SNS. */
@Needs("chromium")
@Tag("long")
class AlertsIT {
  private static final String TARGETS = "/api/v1/alert-targets";
  private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call";
  private static final String SECRET = "T0PSECRET";

  @TempDir private Path directory;

  /** SNS, as far as it takes messages. */
  private static final class Topics implements AutoCloseable {
    private final List<String> published = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Topics() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            String form =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            published.add(URLDecoder.decode(form, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
    }

    Map<String, String> environment() {
      return Map.of(
          "AWS_ENDPOINT_URL_SNS",
          "http://127.0.0.1:" + server.getAddress().getPort(),
          "AWS_ACCESS_KEY_ID",
          "testing",
          "AWS_SECRET_ACCESS_KEY",
          "testing");
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private static void put(Rest rest, String name, String settings) throws Exception {
    Rest.Said said =
        rest.send(
            rest.request(TARGETS + "/" + name)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(settings)));
    assertThat(said.status()).as(said.toString()).isEqualTo(204);
  }

  @Test
  void aRuleThatNotifiesReachesPeopleByMailAndATopic() throws Exception {
    GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp").dynamicPort());
    mail.setUser("heimdall", SECRET);
    mail.start();
    try (ReportingNodes fleet = new ReportingNodes(directory);
        Topics topics = new Topics();
        Browser browser = Browser.start()) {
      fleet.write(
          "rules/told.json",
          "{\"rules\": [{\"match\": \"told_of\", \"action\": \"tag\", \"parameters\": {\"notify\":"
              + " true}}]}");
      fleet.write(
          "vdbs/app.json",
          "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0], \"rules\":"
              + " [\"told\"]}");
      int port = fleet.onePort();
      fleet.manager(port, topics.environment()).awaitOutput("managing on port");
      browser.logIn(port, Files.readString(fleet.passwordFile(port)));
      Rest rest = fleet.rest(port);
      put(
          rest,
          "topic",
          "{\"type\": \"sns\", \"topicArn\": \"%s\", \"kinds\": [\"rule-notifies\"]}"
              .formatted(TOPIC));
      writeMailTarget(browser, port, mail.getSmtp().getPort());

      Started node = fleet.node("shop-a");
      fleet.awaitLive(port, "shop-a");
      try (Connection client = ReportingNodes.clients(node).jdbc();
          Statement statement = client.createStatement()) {
        statement.execute("SELECT 1 AS told_of, 'canary of a parameter'");
      }
      Await.until(
          "the mail is there",
          Started.PATIENCE,
          () -> mail.getReceivedMessages().length == 2,
          node::output);
      MimeMessage got = mail.getReceivedMessages()[1];
      assertThat(got.getSubject()).isEqualTo("[warning] Heimdall: rule notifies of app");
      assertThat(whole(got)).contains("shop-a").doesNotContain("canary").doesNotContain("SELECT");
      Await.until("the topic has it", () -> topics.published.size() == 1);
      assertThat(topics.published.get(0))
          .contains("TopicArn=" + TOPIC)
          .contains("Subject=[warning] Heimdall: rule notifies of app")
          .doesNotContain("canary");

      browser.open("http://localhost:" + port + "/alerts?edit=people");
      browser.awaitText("Change people").awaitText("taken by SNS");
      assertThat(browser.find("#f-host").getAttribute("value")).isEqualTo("localhost");
      assertThat(browser.find("#f-password").getAttribute("value")).isEmpty();
      browser.shoot("alerts-change");
      browser.replace(browser.find("#f-host"), "smtp.elsewhere.example");
      browser.click("form[action='/alerts'] .main");
      browser.awaitText("security: got");
      String said = rest.get(TARGETS).body();
      assertThat(said).contains("\"type\":\"email\"", TOPIC, "taken by localhost");
      assertThat(said + browser.source()).doesNotContain(SECRET);
      assertThat(browser.complaints()).isEmpty();
    } finally {
      mail.stop();
    }
  }

  private static void writeMailTarget(Browser browser, int port, int mailPort) throws Exception {
    browser.open("http://localhost:" + port + "/alerts?type=email");
    browser.find("#name").sendKeys("people");
    browser.find("#f-to").sendKeys("on-call@example.com");
    browser.find("#f-from").sendKeys("nobody");
    browser.find("#f-host").sendKeys("localhost");
    browser.find("#f-port").sendKeys(Integer.toString(mailPort));
    browser.click("#f-security option[value='none']");
    browser.find("#f-user").sendKeys("heimdall");
    browser.find("#f-password").sendKeys(SECRET);
    browser.click("form[action='/alerts'] .main");
    browser.awaitText("from: got \"nobody\"");
    browser.shoot("alerts-wrong");
    browser.replace(browser.find("#f-from"), "heimdall@example.com");
    browser.find("#f-password").sendKeys(SECRET);
    browser.click("form[action='/alerts'] .main");
    browser.awaitText("people is notified from now on.");
    browser.click("form[action='/alerts/people/test'] button");
    browser.awaitText("taken by localhost");
    browser.shoot("alerts-targets");
  }

  /** A message as it came. */
  private static String whole(MimeMessage message) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    message.writeTo(out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
