package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FakeMetadata;
import dev.heimdall.test.fixture.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The manager's pages in a real browser. */
@Needs("chromium")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class PagesIT {
  private static final String CANARY = "canary-secret";
  private static final String VDB = "{\n  \"ports\": [5050],\n  \"source\": \"main\"\n}\n";

  private Browser browser;
  private Path configuration;
  private Running manager;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    configuration = directory.resolve("configuration");
    configure();
    manager = Running.startWithAccounts(directory, "--config=" + configuration);
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
        "{\n  \"url\": \"jdbc:postgresql://db.example:5432/shop\",\n  \"user\": \"app\",\n"
            + "  \"password\": \""
            + CANARY
            + "\"\n}\n");
    write("vdbs/shop.json", VDB);
    write("users/alice.json", "{\"password\": \"" + CANARY + "\", \"vdbs\": [\"shop\"]}");
    write("rules/empty.json", "{\"comment\": \"Nothing yet\", \"rules\": []}");
    Files.deleteIfExists(configuration.resolve("vdbs/second.json"));
  }

  @BeforeEach
  void forget() {
    open(browser, "/login");
    browser.run("localStorage.clear()");
    browser.forget();
  }

  private void write(String name, String text) throws IOException {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String written(String name) throws IOException {
    return Files.readString(configuration.resolve(name));
  }

  private void logIn(Browser somebody) throws IOException {
    somebody.logIn(manager.port(), Files.readString(manager.passwordFile()));
  }

  private void open(Browser somebody, String path) {
    somebody.open("http://localhost:" + manager.port() + path);
  }

  @Test
  void fromTheLogInToACommit() throws Exception {
    open(browser, "/");
    browser.click("summary");
    browser.awaitText("manager-password");
    browser.shoot("log-in");
    browser.find("#password").sendKeys("wrong", Keys.ENTER);
    browser.awaitText("User or password is wrong.");
    logIn(browser);
    browser.awaitText("Valid: nodes accept this configuration.").awaitText("db.example");
    browser.shoot("overview");

    browser.click("a[href='/forms/sources/main.json']");
    browser.click("a[href='/documents/sources/main.json']");
    browser.awaitText("Valid: nodes accept this configuration.");
    assertThat(browser.source()).doesNotContain(CANARY);
    browser.shoot("editor");

    WebElement text = browser.find("#text");
    String shown = text.getDomProperty("value");
    browser.replace(text, shown.replace("\"user\"", "\"usr\""));
    browser.awaitText("did you mean \"user\"?");
    browser.shoot("editor-wrong");
    browser.replace(text, shown.replace("db.example", "db2.example"));
    browser.awaitText("Valid: nodes accept this configuration.");
    browser.click("form[action='/review'] .main");

    browser.awaitText("Nothing is written yet.").awaitText("db2.example");
    assertThat(browser.source()).doesNotContain(CANARY);
    browser.shoot("change");
    browser.find("#comment").sendKeys("The database has moved");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(written("sources/main.json")).contains("db2.example", CANARY);
    Await.until(
        "the log has the comment",
        () -> manager.process().output().contains("comment=\"The database has moved\""));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void twoBrowsersThatChangeTheSame() throws Exception {
    logIn(browser);
    open(browser, "/documents/vdbs/shop.json");
    browser.replace(browser.find("#text"), VDB.replace("5050", "5051"));
    try (Browser other = Browser.start()) {
      logIn(other);
      open(other, "/documents/vdbs/shop.json");
      other.replace(
          other.find("#text"),
          VDB.replace("5050", "5052").replaceFirst("\\{", "{\"pool\": {\"size\": 7}, "));
      other.click("form[action='/review'] .main");
      other.click("form[action='/draft/commit'] .main");
      other.awaitText("is written.");
    }
    browser.click("form[action='/review'] .main");
    browser.awaitText("Someone else has changed this document").awaitText("5051").awaitText("5052");
    assertThat(written("vdbs/shop.json")).contains("5052");
    browser.awaitText("both changed it").awaitText("pool");
    browser.shoot("clash");
    assertThat(browser.has("form[action='/draft/over'] .main")).isFalse();
    browser.click("input[name='$.ports'][value=mine]");
    browser.click("form[action='/draft/merge'] .main");
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(written("vdbs/shop.json")).contains("5051", "\"size\" : 7");
  }

  @Test
  void theKeyboardAloneIsEnough() throws Exception {
    open(browser, "/");
    browser.find("#password");
    browser.type(Files.readString(manager.passwordFile()), Keys.ENTER);
    browser.awaitText("Overview");
    browser.type(Keys.TAB, Keys.ENTER); // over the bar, to the content
    open(browser, "/new");
    browser.shoot("new");
    browser.type("second", Keys.ENTER);
    browser.awaitText("What clients connect to.");
    browser.run("localStorage.setItem('editor', 'plain')");
    open(browser, "/documents/vdbs/second.json");
    browser.awaitText("A new document");
    browser.find("#text").sendKeys(Keys.chord(Keys.CONTROL, "a"));
    browser.type("{\"ports\": [5060], \"source\": \"main\"}");
    browser.type(Keys.chord(Keys.CONTROL, Keys.ENTER));
    browser.find("#comment").sendKeys("by hand", Keys.ENTER);
    browser.awaitText("is written.");
    assertThat(written("vdbs/second.json")).contains("5060");
  }

  @Test
  void theEditorCompletesByTheSchemaAndIsChecked() throws Exception {
    logIn(browser);
    open(browser, "/documents/vdbs/shop.json");
    browser.find(".editor");
    browser.run(
        "document.querySelector('.editor').shadowRoot.querySelector('.cm-content').focus()");
    browser.chord(Keys.CONTROL, Keys.HOME);
    browser.keys(Keys.END, Keys.ENTER, "\"poo");
    Await.until("it offers pool", () -> inEditor().contains("Server connections and the queue"));
    browser.shoot("editor-completes");
    takeOffer();
    Await.until("it is taken", () -> text().contains("\"pool\": {}"));
    browser.keys("\"siz");
    Await.until("it offers size", () -> inEditor().contains("for each pair of server database"));
    takeOffer();
    browser.keys("7", Keys.END, ",");
    Await.until("it is written", () -> text().contains("\"pool\": {\"size\": 7},"));
    browser.awaitText("Valid: nodes accept this configuration.");
    browser.chord(Keys.CONTROL, Keys.ENTER);
    browser.click("form[action='/draft/commit'] .main");
    browser.awaitText("is written.");
    assertThat(written("vdbs/shop.json")).contains("\"pool\": {\"size\": 7},");
    open(browser, "/documents/vdbs/shop.json");
    browser.click("[data-editor-switch]:not([hidden])");
    assertThat(browser.find("#text").isDisplayed()).isTrue();
    assertThat(browser.complaints()).isEmpty();
  }

  /** Within 75 ms of an offer the editor takes Enter for a new line that was on its way. */
  private void takeOffer() {
    long offered = System.nanoTime();
    Await.until(
        "the offer has been there for a moment",
        () -> System.nanoTime() - offered > TimeUnit.MILLISECONDS.toNanos(100));
    browser.keys(Keys.ENTER);
  }

  /** What the editor shows, its offers included. */
  private String inEditor() {
    return String.valueOf(
        browser.run("return document.querySelector('.editor').shadowRoot.textContent"));
  }

  /** What the form would send. */
  private String text() {
    return String.valueOf(browser.run("return document.getElementById('text').value"));
  }

  @Test
  void aLinkOfSomebodyElseLeadsToItsPage() throws Exception {
    logIn(browser);
    String page = "http://localhost:%d/documents/vdbs/shop.json?a=%%2F".formatted(manager.port());
    browser.open("data:text/html,<a href='%s'>a link</a>".formatted(page.replace("%", "%25")));
    browser.click("a");
    browser.awaitText("vdbs/shop.json").awaitText("Log out");
    assertThat(browser.run("return location.href")).isEqualTo(page);
  }

  @Test
  void aThemeThatWasChosenStays() throws Exception {
    logIn(browser);
    browser.dark(false);
    browser.click("[data-theme-switch]");
    assertThat(browser.find(":root").getDomAttribute("data-theme")).isEqualTo("dark");
    open(browser, "/new");
    assertThat(browser.find(":root").getDomAttribute("data-theme")).isEqualTo("dark");
    browser.click("[data-theme-switch]");
    assertThat(browser.find(":root").getDomAttribute("data-theme")).isEqualTo("light");
  }

  @Test
  void whoComesFirstToAnInstanceOfEc2ChangesTheIdThatIsThePassword(@TempDir Path other)
      throws Exception {
    String instance = "i-0123456789abcdef0";
    try (FakeMetadata metadata = new FakeMetadata(instance, "sg-1");
        Running ec2 =
            Running.start(
                other,
                Map.of(
                    "AWS_EC2_METADATA_DISABLED",
                    "false",
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    metadata.address().toString()),
                "--config=" + other.resolve("configuration"))) {
      assertThat(ec2.passwordFile()).doesNotExist();
      String site = "http://localhost:" + ec2.port();
      browser.open(site + "/");
      browser.click("summary");
      browser.awaitText("the id of the instance").awaitText("i-0123456789abcdef0");
      browser.shoot("log-in-first-time");
      browser.find("#password").sendKeys(instance, Keys.ENTER);
      browser.awaitText("Others may know the password");
      for (String page : List.of("/", "/dashboard", "/accounts")) {
        browser.open(site + page);
        assertThat(browser.path()).as(page).isEqualTo("/password");
      }
      browser.shoot("password-of-ec2");
      browser.find("#current").sendKeys(instance);
      browser.find("#password").sendKeys("chosen by admin");
      browser.find("#again").sendKeys("chosen by admin", Keys.ENTER);
      browser.find("#user");
      browser.find("#password").sendKeys(instance, Keys.ENTER);
      browser.awaitText("User or password is wrong.");
      browser.find("#password").sendKeys("chosen by admin", Keys.ENTER);
      browser.awaitText("Nothing is set up yet");
    }
  }

  @Test
  void filtersAreFoldedOnAPhoneAndOpenBesideALaptop() throws Exception {
    logIn(browser);
    for (String page : List.of("events", "audit")) {
      open(browser, "/" + page);
      assertThat(browser.find("#from").isDisplayed()).as(page).isTrue();
      browser.phone(true);
      assertThat(browser.find("#from").isDisplayed()).as(page + " on a phone").isFalse();
      browser.click(".fold summary");
      assertThat(browser.find("#from").isDisplayed()).as(page + ", opened").isTrue();
      browser.phone(false);
      open(browser, "/" + page + "?from=2020-01-02T03:04");
      browser.phone(true);
      assertThat(browser.find(".fold summary").getText()).contains("on");
      browser.shoot(page + "-filtered");
      browser.phone(false);
    }
  }

  @Test
  void theBarOfAPhoneIsOneLineAboveTheEntries() throws Exception {
    logIn(browser);
    browser.phone(true);
    open(browser, "/");
    int brand = browser.find(".brand").getRect().y;
    assertThat(browser.find(".own").getRect().y).isBetween(brand - 16, brand + 16);
    browser.phone(false);
  }

  @Test
  void whoWasGivenAPasswordChangesItFirstAndSeesWhatHisRoleMay() throws Exception {
    String given = "given by somebody";
    String own = "chosen by himself";
    assertThat(
            manager
                .rest()
                .post(
                    "/api/v1/accounts",
                    "{\"name\": \"reader\", \"role\": \"read_only\", \"password\": \"%s\"}"
                        .formatted(given))
                .status())
        .isEqualTo(201);
    enter("reader", given);
    browser.awaitText("change it first");
    open(browser, "/");
    assertThat(browser.path()).isEqualTo("/password");
    browser.shoot("password");
    browser.find("#current").sendKeys(given);
    browser.find("#password").sendKeys(own);
    browser.find("#again").sendKeys(own, Keys.ENTER);
    browser.awaitText("The first time");
    enter("reader", own);
    browser.awaitText("Overview").awaitText("db.example");
    assertThat(browser.text()).doesNotContain("New…");
    open(browser, "/documents/sources/main.json");
    assertThat(browser.find("#text").getDomProperty("value")).contains("db.example");
    assertThat(browser.source()).doesNotContain(CANARY, "Review…");
    browser.shoot("read-only");
    open(browser, "/new");
    browser.awaitText("Your role is read_only");
  }

  private void enter(String user, String password) {
    open(browser, "/login");
    WebElement name = browser.find("#user");
    name.clear();
    name.sendKeys(user);
    browser.find("#password").sendKeys(password, Keys.ENTER);
  }

  @Test
  void whoLogsOutIsOut() throws Exception {
    logIn(browser);
    browser.click("form[action='/logout'] button");
    browser.awaitText("The first time");
    open(browser, "/documents/vdbs/shop.json");
    assertThat(browser.path()).isEqualTo("/login");
  }
}
