package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Forms of the manager in a real browser. */
@Needs("chromium")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class FormsIT {
  private static final String CANARY = "canary-secret";

  private Browser browser;
  private Path configuration;
  private Running manager;
  private int clicks;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    configuration = directory.resolve("configuration");
    configure();
    manager = Running.start(directory, Map.of(), "--config=" + configuration);
    browser = Browser.start();
  }

  @AfterAll
  void end() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (manager != null) {
      manager.close();
    }
  }

  @BeforeEach
  void configure() throws IOException {
    write(
        "sources/main.json",
        """
        {
          "url": "jdbc:postgresql://db.example:5432/shop",
          "user": "app",
          "password": "%s"
        }
        """
            .formatted(CANARY));
    write(
        "vdbs/shop.json",
        """
        {
          "ports": [5050],
          "source": "main",
          "pool": {"size": 20, "queueTimeout": "30s"}
        }
        """);
    Files.deleteIfExists(configuration.resolve("vdbs/second.json"));
    Files.deleteIfExists(configuration.resolve("users/alice.json"));
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String written(String name) throws IOException {
    return Files.readString(configuration.resolve(name));
  }

  private void begin() throws IOException {
    browser.open("http://localhost:" + manager.port() + "/login").forget();
    browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
    clicks = 0;
  }

  private WebElement click(String css) {
    clicks++;
    WebElement element = browser.find(css);
    element.click();
    return element;
  }

  private void type(String css, String text) {
    click(css).sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
  }

  private void commit() {
    browser.find("#preview [value=commit]:enabled");
    click("#preview [value=commit]:enabled");
    browser.awaitText("is written.");
  }

  @Test
  void theSizeOfAPoolByThreeClicks() throws Exception {
    begin();
    click("a[href='/forms/vdbs/shop.json']");
    browser.find("#settings");
    browser.shoot("form-vdb");
    type("[id='f-pool.size']", "40");
    browser.awaitText("\"size\": 40");
    browser.shoot("form-preview");
    commit();
    assertThat(clicks).isLessThanOrEqualTo(3);
    assertThat(written("vdbs/shop.json"))
        .contains("\"pool\": {\"size\": 40, \"queueTimeout\": \"30s\"}");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aNewVirtualDatabaseByEightClicks() throws Exception {
    begin();
    click("a[href='/new']");
    browser.type("second");
    click("form[action='/new'] .main");
    type("#f-ports", "5060");
    browser.awaitText("got nothing"); // there is no source yet
    browser.shoot("form-fault");
    assertThat(browser.find("[data-fault=source]").getText()).contains("expected");
    click("#f-source");
    click("#f-source option[value=main]");
    commit();
    assertThat(clicks).isLessThanOrEqualTo(8);
    assertThat(written("vdbs/second.json"))
        .isEqualTo("{\n  \"ports\": [5060],\n  \"source\": \"main\"\n}\n");
  }

  @Test
  void aPasswordIsTypedIntoAFieldAndNeverShown() throws Exception {
    begin();
    browser.open("http://localhost:" + manager.port() + "/forms/sources/main.json");
    browser.find("#f-password");
    browser.shoot("form-source");
    type("#f-password", "another-canary");
    browser.awaitText("••••••••");
    assertThat(browser.text()).doesNotContain("canary");
    assertThat(browser.find("#f-password").getDomAttribute("type")).isEqualTo("password");
    commit();
    assertThat(browser.source()).doesNotContain("canary");
    assertThat(written("sources/main.json")).contains("another-canary").doesNotContain(CANARY);
  }

  @Test
  void aUserWhomNoRuleNamesIsAddedToOne() throws Exception {
    write("users/alice.json", "{\"password\": \"x\"}");
    write(
        "vdbs/shop.json",
        "{\n  \"ports\": [5050],\n  \"source\": \"main\",\n"
            + "  \"auth\": [{\"users\": [\"alice\"], \"method\": \"scram-sha-256\"}]\n}\n");
    Files.deleteIfExists(configuration.resolve("users/bob.json"));
    begin();
    browser.open("http://localhost:" + manager.port() + "/forms/users/bob.json");
    type("#f-password", "another-canary");
    browser.awaitText("whom no rule of");
    browser.shoot("form-user-unnamed");
    click("[data-also]");
    browser.awaitText("\"alice\", \"bob\"");
    browser.shoot("form-user-named");
    browser.find("#preview [value=commit]:enabled");
    click("#preview [value=commit]:enabled");
    browser.awaitText("are written.");
    assertThat(written("vdbs/shop.json")).contains("\"alice\", \"bob\"");
    assertThat(written("users/bob.json")).contains("another-canary");
    Files.delete(configuration.resolve("users/bob.json"));
  }

  @Test
  void aSettingIsFoundByItsWords() throws Exception {
    begin();
    browser.open("http://localhost:" + manager.port() + "/forms/node.json");
    browser.find("#find").sendKeys("drain");
    Await.until(
        "only what is looked for is shown",
        () ->
            browser.find("#f-drainTimeout").isDisplayed()
                && !browser.find("#f-loops").isDisplayed());
    browser.shoot("form-find");
    type("#f-drainTimeout", "soon");
    browser.awaitText("expected a duration");
    assertThat(browser.find("#f-drainTimeout").getDomAttribute("aria-invalid")).isEqualTo("true");
    type("#f-drainTimeout", "45s");
    Await.until(
        "nothing is wrong any more",
        () -> "false".equals(browser.find("#f-drainTimeout").getDomAttribute("aria-invalid")));
    assertThat(configuration.resolve("node.json")).doesNotExist();
  }
}
