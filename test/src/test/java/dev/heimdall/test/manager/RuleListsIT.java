package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Rule lists in a real browser, and the node that goes by them. */
@Needs("chromium")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class RuleListsIT {
  private static final String GUARD =
      """
      {
        "comment": "zebras are shy",
        "rules": [
          {"match": "zebra", "action": "ignore", "parameters": {"action": "drop"}},
          {"comment": "nobody looks at zebras", "match": "zebra", "action": "drop", "parameters": {"log": true}},
          {
            "comment": "<img src=x onerror=alert(1)>",
            "match": ["tables:shop.orders", "(?i)^(update|delete)<script>alert(2)</script>"],
            "action": "tag"
          }
        ]
      }
      """;

  private static final int MANY = Integer.getInteger("rules.many", 300);

  private final int port = FreePort.any();
  private final int managerPort = FreePort.any();
  private Path configuration;
  private Started both;
  private Browser browser;
  private String password;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    configuration = directory.resolve("configuration");
    write(
        "node.json",
        "{\"http\": {\"port\": %d}, \"warmUp\": \"0\", \"drainTimeout\": \"2s\"}"
            .formatted(FreePort.any()));
    write(
        "sources/main.json",
        "{\"url\": \"%s\", \"user\": \"%s\", \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"}}"
            .formatted(
                SharedPostgres.primary().jdbcUrl(SharedPostgres.DATABASE),
                SharedPostgres.USER,
                SharedPostgres.PASSWORD));
    write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [%d], \"rules\": [\"guard\"]}"
            .formatted(port));
    write("users/app.json", "{\"password\": \"app\"}");
    write("rules/guard.json", GUARD);
    Path state = directory.resolve("state");
    both =
        Started.start(
            directory.resolve("output"),
            Map.of("STATE_DIRECTORY", state.toString()),
            List.of("both", "--config=" + configuration, "--manager-port=" + managerPort));
    both.awaitOutput("serving app on");
    both.awaitOutput("managing on port");
    password = Files.readString(state.resolve("manager-password"));
    browser = Browser.start();
  }

  @AfterAll
  void end() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (both != null) {
      both.close();
    }
  }

  @BeforeEach
  void begin() throws Exception {
    write("rules/guard.json", GUARD);
    Files.deleteIfExists(configuration.resolve("rules/many.json"));
    browser.forget();
    browser.logIn(managerPort, password);
  }

  private static String many() {
    StringBuilder rules = new StringBuilder("{\"rules\": [\n");
    for (int i = 0; i < MANY; i++) {
      rules.append(i == 0 ? "" : ",\n");
      rules.append(
          "{\"comment\": \"number %d\", \"match\": \"(?i)^select %d\", \"action\": \"cache\", \"parameters\": {\"ttl\": %d}}"
              .formatted(i, i, i));
    }
    return rules.append("\n]}").toString();
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String written(String name) throws IOException {
    return Files.readString(configuration.resolve(name));
  }

  private void open(Browser somebody, String path) {
    somebody.open("http://localhost:" + managerPort + path);
  }

  private boolean seesZebras() {
    try (Connection client =
            new Target("127.0.0.1", port, SharedPostgres.DATABASE, "app", "app", false).jdbc();
        Statement statement = client.createStatement()) {
      return statement.executeQuery("SELECT 1 AS zebra").next();
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("42501");
      return false;
    }
  }

  private String actions() {
    return String.valueOf(
        browser.run(
            "return [...document.querySelectorAll('#rules > li')].map(row =>"
                + " row.querySelector('.number').textContent + ' ' +"
                + " row.querySelector('.action').textContent).join(', ')"));
  }

  private WebElement inRule(int id, String css) {
    return browser.find("#rule-" + id + " " + css);
  }

  @Test
  void aRuleIsDraggedAndTheNodeGoesByTheNewOrder() throws Exception {
    Await.until("zebras are seen", this::seesZebras);
    open(browser, "/rules");
    browser.awaitText("guard").awaitText("app");
    browser.shoot("rule-lists");
    open(browser, "/rules/guard");
    browser.awaitText("zebra");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop, 3 tag");
    browser.shoot("rules");
    browser.drag(inRule(1, "[data-grip]"), inRule(0, "[data-grip]"));
    browser.awaitText("1 change not committed");
    assertThat(actions()).isEqualTo("1 drop, 2 ignore, 3 tag");
    browser.awaitText("Rule is at place 1 of 3.");
    assertThat(written("rules/guard.json")).isEqualTo(GUARD);
    browser.click("button[value=review]");
    browser.awaitText("Nothing is written yet.");
    browser.shoot("rules-review");
    browser.find("#comment").sendKeys("Zebras first");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(browser.path()).isEqualTo("/rules/guard");
    assertThat(actions()).isEqualTo("1 drop, 2 ignore, 3 tag");
    Await.until("zebras are hidden", () -> !seesZebras());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void theKeyboardMovesRulesAndSaysWhereTheyAre() {
    open(browser, "/rules/guard");
    WebElement grip = inRule(2, "[data-grip]");
    browser.run("arguments[0].focus()", grip);
    browser.type(Keys.chord(Keys.ALT, Keys.ARROW_UP));
    browser.awaitText("Rule is at place 2 of 3.");
    browser.type(Keys.chord(Keys.ALT, Keys.ARROW_UP));
    browser.awaitText("Rule is at place 1 of 3.");
    assertThat(actions()).isEqualTo("1 tag, 2 ignore, 3 drop");
    browser.type(Keys.chord(Keys.ALT, Keys.ARROW_DOWN));
    browser.awaitText("Rule is at place 2 of 3.");
    assertThat(actions()).isEqualTo("1 ignore, 2 tag, 3 drop");
    inRule(2, "[value='down:2']").click();
    browser.awaitText("Rule is at place 3 of 3.");
    Await.until("nothing is changed", () -> !browser.has(".changes"));
  }

  @Test
  void aCommentIsReadByPointerAndByKeyboard() {
    open(browser, "/rules/guard");
    WebElement tip = inRule(1, "[role=tooltip]");
    assertThat(tip.isDisplayed()).isFalse();
    browser.hover(inRule(1, ".note-button"));
    Await.until("the comment is shown", tip::isDisplayed);
    assertThat(tip.getText()).isEqualTo("nobody looks at zebras");
    browser.type(Keys.ESCAPE);
    Await.until("the comment is away", () -> !tip.isDisplayed());
    browser.hover(browser.find("h1"));
    browser.run("arguments[0].focus()", inRule(1, ".note-button"));
    Await.until("the comment is shown", tip::isDisplayed);
  }

  @Test
  void whatIsDeletedIsMarkedUntilItIsCommittedAndRulesAreSwitched() throws Exception {
    open(browser, "/rules/guard");
    inRule(1, "[value='delete:1']").click();
    browser.awaitText("1 change not committed");
    assertThat(actions()).isEqualTo("1 ignore,  drop, 2 tag");
    inRule(0, "[value='toggle:0']").click();
    browser.awaitText("2 changes not committed");
    assertThat(inRule(0, ".switch").getDomAttribute("aria-pressed")).isEqualTo("false");
    browser.shoot("rules-changed");
    open(browser, "/rules/guard");
    browser.awaitText("2 changes not committed");
    inRule(1, "[value='undo:1']").click();
    browser.awaitText("1 change not committed");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop, 3 tag");
    inRule(2, "[value='delete:2']").click();
    browser.awaitText("2 changes not committed");
    browser.click("button[value=review]");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop");
    assertThat(written("rules/guard.json"))
        .contains(
            "\"enabled\": false",
            "{\"comment\": \"nobody looks at zebras\", \"match\": \"zebra\", \"action\": \"drop\","
                + " \"parameters\": {\"log\": true}}")
        .doesNotContain("orders");
  }

  @Test
  void whatIsWrongIsSaidAtItsField() throws Exception {
    open(browser, "/rules/guard");
    inRule(1, "[data-edit]").click();
    WebElement match = inRule(1, "[name='match[0]']");
    browser.replace(match, "(zebra");
    Await.until(
        "the fault is said", () -> inRule(1, "[data-fault='match[0]']").getText().contains("RE2"));
    assertThat(match.getDomAttribute("aria-invalid")).isEqualTo("true");
    browser.shoot("rules-wrong");
    browser.replace(match, "zebra");
    Await.until(
        "the fault is away", () -> inRule(1, "[data-fault='match[0]']").getText().isEmpty());
    browser.run(
        "arguments[0].value = 'cache'; arguments[0].dispatchEvent(new Event('change', {bubbles:"
            + " true}))",
        inRule(1, "[name=action]"));
    WebElement ttl = inRule(1, "[name='parameters.ttl']");
    browser.replace(ttl, "soon");
    Await.until(
        "the fault is said",
        () -> inRule(1, "[data-fault='parameters.ttl']").getText().contains("an integer"));
    browser.shoot("rules-form");
    browser.replace(ttl, "30000");
    Await.until(
        "the fault is away", () -> inRule(1, "[data-fault='parameters.ttl']").getText().isEmpty());
    inRule(1, "form.edit button.main").click();
    browser.awaitText("1 change not committed").awaitText("ttl=30000");
    assertThat(actions()).isEqualTo("1 ignore, 2 cache, 3 tag");
    browser.click("button[value=discard]");
    browser.awaitText("are discarded.");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop, 3 tag");
  }

  @Test
  void theListIsSwitchedOffBesideChangesOfItsRules() throws Exception {
    open(browser, "/rules/guard");
    inRule(0, "[value='delete:0']").click();
    browser.awaitText("1 change not committed");
    browser.click("details.settings > summary");
    browser.click("#f-enabled option[value=false]");
    browser.shoot("rules-settings");
    browser.click("button[value=settings]");
    browser.awaitText("The list is switched off").awaitText("2 changes not committed");
    browser.click("button[value=discard]");
    browser.awaitText("are discarded.");
    assertThat(written("rules/guard.json")).isEqualTo(GUARD);
  }

  @Test
  void aStatementIsTriedOverWhatIsNotCommitted() throws Exception {
    open(browser, "/rules/guard");
    WebElement statement = browser.find("#statement");
    statement.sendKeys("SELECT 1 AS zebra");
    browser.click("[data-try] .main");
    browser.awaitText("Sent to the writer").awaitText("ignored because of guard #1");
    inRule(0, "[value='delete:0']").click();
    browser.awaitText("1 change not committed");
    browser.click("[data-try] .main");
    browser.awaitText("Rejected with an SQL error").awaitText("with your changes");
    browser.shoot("rules-tried");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aSecondBrowserThatWasFasterIsNoticed() throws Exception {
    open(browser, "/rules/guard");
    inRule(0, "[value='toggle:0']").click();
    browser.awaitText("1 change not committed");
    try (Browser other = Browser.start()) {
      other.logIn(managerPort, password);
      open(other, "/rules/guard");
      other.click("#rule-2 [value='delete:2']");
      other.awaitText("1 change not committed");
      other.click("button[value=review]");
      other.click("form[action='/draft/commit'] .main");
      other.awaitText("is written.");
    }
    inRule(1, "[value='toggle:1']").click();
    browser.awaitText("Someone else has changed this list");
    browser.click("button[value=review]");
    browser.awaitText("Someone else has changed this document");
    assertThat(written("rules/guard.json")).doesNotContain("orders");
    browser.click("main details summary");
    browser.click("form[action='/draft/over'] button");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop, 3 tag");
    assertThat(browser.has(".changes")).isFalse();
  }

  @Test
  void twoWindowsOfOneSessionWorkOnTheSameChanges() {
    open(browser, "/rules/guard");
    String first = browser.window();
    browser.openWindow();
    open(browser, "/rules/guard");
    inRule(0, "[value='delete:0']").click();
    browser.awaitText("1 change not committed");
    String second = browser.window();
    browser.window(first);
    inRule(2, "[value='up:2']").click();
    browser.awaitText("2 changes not committed");
    browser.click("button[value=discard]");
    browser.awaitText("are discarded.");
    browser.window(second);
    inRule(2, "[value='delete:2']").click();
    browser.awaitText("Load the page again.");
    browser.closeWindow(first);
    open(browser, "/rules/guard");
    assertThat(actions()).isEqualTo("1 ignore, 2 drop, 3 tag");
    assertThat(browser.source()).doesNotContain("<img src=x", "<script>alert");
  }

  @Test
  void hundredsOfRulesStayUsable() throws Exception {
    // Here alone: each change that is made by anybody has all of them checked.
    write("rules/many.json", many());
    open(browser, "/rules/many");
    assertThat(browser.run("return document.querySelectorAll('#rules > li').length"))
        .isEqualTo((long) MANY);
    inRule(MANY - 1, "[data-edit]").click();
    browser.replace(inRule(MANY - 1, "[name='parameters.ttl']"), "7");
    inRule(MANY - 1, "form.edit button.main").click();
    browser.awaitText("1 change not committed");
    browser.run("arguments[0].focus()", inRule(MANY / 2, "[data-grip]"));
    browser.type(Keys.chord(Keys.ALT, Keys.ARROW_UP));
    browser.awaitText("Rule is at place %d of %d.".formatted(MANY / 2, MANY));
    browser.click("button[value=review]");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(written("rules/many.json").lines()).hasSize(MANY + 2);
  }
}
