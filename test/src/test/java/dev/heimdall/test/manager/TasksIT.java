package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;

/**
 * Twenty things that people who run databases do, each from the overview: by at most five clicks,
 * and without JSON. What is typed, with the key Tab between fields, is no click.
 */
@Needs("chromium")
@Tag("long")
class TasksIT {
  private static final int MOST = 5;

  @TempDir private Path directory;

  private final Map<String, Integer> clicks = new TreeMap<>();
  private Browser browser;
  private ReportingNodes fleet;
  private int manager;
  private String task = "";

  private void begin(String name) {
    task = name;
    clicks.put(name, 0);
    browser.open("http://localhost:" + manager + "/");
    browser.awaitText("Configuration version");
  }

  private void click(String css) {
    assertThat(browser.has("textarea#text")).as("%s needs no JSON", task).isFalse();
    try {
      browser.click(css);
    } catch (StaleElementReferenceException e) {
      browser.click(css); // lists are made anew every other second
    }
    assertThat(clicks.merge(task, 1, Integer::sum)).as(task).isLessThanOrEqualTo(MOST);
  }

  /** Types over what is in a field. */
  private void type(String css, String text) {
    click(css);
    browser.type(Keys.chord(Keys.CONTROL, "a"), text);
  }

  /** Types into the field behind the one that was typed into. */
  private void typeOn(String text) {
    browser.type(Keys.TAB, text);
  }

  private void commit() {
    click("#preview [value=commit]:enabled");
    browser.awaitText("is written.");
  }

  private void commitDraft() {
    click("form[action='/draft/commit'] .main");
    browser.awaitText(".json is ");
  }

  private String written(String name) throws IOException {
    return Files.readString(fleet.configuration().resolve(name));
  }

  private static String link(String path) {
    return "a[href='" + path + "']";
  }

  @Test
  void twentyUsualTasks() throws Exception {
    fleet = new ReportingNodes(directory);
    try {
      manager = fleet.onePort();
      fleet.write(
          "rules/main.json",
          "{\"rules\": [{\"match\": \"tables:app.orders\", \"action\": \"cache\"}]}");
      fleet.write("users/gone.json", "{\"password\": \"of somebody who left\"}");
      fleet.manager(manager).awaitOutput("managing on port");
      Started node = fleet.node("shop-a");
      fleet.awaitLive(manager, "shop-a");
      browser = Browser.start();
      browser.logIn(manager, Files.readString(fleet.passwordFile(manager)));
      ofDatabases();
      ofUsersAndRules();
      ofThePast();
      ofNodes(node);
      ofPeople();
      assertThat(browser.complaints()).isEmpty();
      assertThat(clicks).hasSizeGreaterThanOrEqualTo(20);
    } finally {
      if (browser != null) {
        browser.close();
      }
      fleet.close();
    }
  }

  private void ofDatabases() throws Exception {
    begin("the size of a pool");
    click(link("/forms/vdbs/app.json"));
    type("[id='f-pool.size']", "15");
    commit();
    assertThat(written("vdbs/app.json")).contains("\"size\": 15");

    begin("how long clients wait for a connection");
    click(link("/forms/vdbs/app.json"));
    type("[id='f-pool.queueTimeout']", "20s");
    commit();
    assertThat(written("vdbs/app.json")).contains("\"queueTimeout\": \"20s\"");

    begin("how many connections a user may have");
    click(link("/forms/users/app.json"));
    type("#f-maxClients", "50");
    commit();
    assertThat(written("users/app.json")).contains("\"maxClients\": 50");

    begin("a new data source");
    click("a[href='/new?kind=sources']");
    browser.type("second", Keys.ENTER);
    type("#f-url", "jdbc:postgresql://db.example/second");
    typeOn("app");
    typeOn("a secret word");
    commit();
    assertThat(written("sources/second.json")).contains("db.example", "a secret word");

    begin("a new virtual database");
    click("a[href='/new?kind=vdbs']");
    browser.type("second", Keys.ENTER);
    type("#f-ports", "17777");
    click("label[for=f-source]");
    browser.type("second");
    commit();
    assertThat(written("vdbs/second.json")).contains("17777", "\"source\": \"second\"");

    begin("a database has moved to another host");
    click(link("/forms/sources/second.json"));
    type("#f-url", "jdbc:postgresql://db2.example/second");
    commit();
    assertThat(written("sources/second.json")).contains("db2.example", "a secret word");

    begin("a password from Secrets Manager");
    click(link("/forms/users/gone.json"));
    click("[data-setting=password] summary");
    type("#r-f-password", "shop/gone");
    assertThat(browser.find("#f-password").getDomProperty("value")).isEmpty();
    browser.awaitText("\"secret\": \"shop/gone\"");
  }

  private void ofUsersAndRules() throws Exception {
    begin("a new user");
    click("a[href='/new?kind=users']");
    browser.type("alice", Keys.ENTER);
    type("#f-password", "the word of alice");
    commit();
    assertThat(written("users/alice.json")).contains("the word of alice");

    begin("a user's new password");
    click(link("/forms/users/alice.json"));
    type("#f-password", "another word of alice");
    commit();
    assertThat(written("users/alice.json")).contains("another word of alice");

    begin("which databases a user may enter");
    click(link("/forms/users/alice.json"));
    type("#f-vdbs", "app");
    commit();
    assertThat(written("users/alice.json")).contains("\"vdbs\": [\"app\"]");

    begin("somebody has left");
    click(link("/forms/users/gone.json"));
    click("form[action='/review'] .danger");
    commitDraft();
    assertThat(fleet.configuration().resolve("users/gone.json")).doesNotExist();

    begin("statements of a database go through a rule list");
    click(link("/forms/vdbs/app.json"));
    type("#f-rules", "main");
    commit();
    assertThat(written("vdbs/app.json")).contains("\"rules\": [\"main\"]");

    begin("a rule is switched off");
    click(link("/rules/main"));
    click(".rule .switch");
    browser.awaitText("1 change");
    click("#changes .main");
    commitDraft();
    assertThat(written("rules/main.json")).contains("\"enabled\": false");

    begin("how long nodes wait when they end");
    click(link("/forms/node.json"));
    type("#f-drainTimeout", "3s");
    commit();
    assertThat(written("node.json")).contains("\"drainTimeout\": \"3s\"");
  }

  private void ofThePast() throws Exception {
    begin("back to what was before the last change");
    click(link("/history"));
    click("tbody tr:nth-child(3) a[href^='/history/']");
    click("a[href$='/rollback']");
    click("main form .main");
    browser.awaitText("is what it was after revision");
    assertThat(written("node.json")).contains("\"drainTimeout\": \"2s\"");

    begin("who has done what");
    click(link("/audit"));
    browser.awaitText("users/alice.json");
  }

  private void ofNodes(Started node) throws Exception {
    begin("what is wrong now");
    click(link("/problems"));
    browser.awaitText("Problems");

    Target target = ReportingNodes.clients(node);
    try (Connection client = target.jdbc()) {
      client.setAutoCommit(false);
      try (Statement statement = client.createStatement()) {
        statement.execute("SELECT 1");
      }
      begin("the end of a client that blocks others");
      click(link("/clients"));
      click("a[href$='command=kill_client']");
      click("main form .main");
      browser.awaitText("is closed.");
      assertThat(client.isValid(10)).isFalse();
    }

    begin("what takes the most time");
    click(link("/analytics"));
    browser.awaitText("Statements without their values");

    begin("a node goes out of service");
    click(link("/nodes"));
    click(link("/nodes/shop-a"));
    click(".commands details:nth-of-type(2) summary");
    click("button[value=drain]");
    browser.awaitText("Sent to 1 node.");
  }

  private void ofPeople() throws Exception {
    begin("an account for a colleague");
    click(link("/accounts"));
    type("#name", "carol");
    browser.type(Keys.TAB, Keys.TAB, "to be changed by her");
    click("form[action='/accounts'] .main");
    browser.awaitText("carol");

    begin("a colleague may not log in any more");
    click(link("/accounts"));
    click(link("/accounts/carol"));
    click("[name=disabled]");
    click("form[action='/accounts/carol/role'] .main");
    browser.awaitText("disabled");

    begin("a token for a program");
    click(link("/account"));
    click("summary");
    type("#name", "the build");
    click("form[action='/account/tokens'] .main");
    browser.awaitText("It is not shown again");
  }
}
