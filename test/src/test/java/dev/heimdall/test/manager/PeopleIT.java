package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Needs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** History, accounts, second factors and the audit log in a real browser. */
@Needs("chromium")
@Tag("long")
class PeopleIT {
  private static final String CANARY = "canary-secret";
  private static final String GIVEN = "given by somebody";
  private static final String OWN = "chosen by herself";

  @TempDir private Path directory;
  private Running manager;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    Path configuration = Files.createDirectories(directory.resolve("configuration"));
    Files.createDirectory(configuration.resolve("sources"));
    Files.createDirectory(configuration.resolve("vdbs"));
    Files.writeString(
        configuration.resolve("sources/main.json"),
        "{\n  \"url\": \"jdbc:postgresql://db.example:5432/shop\",\n  \"user\": \"app\",\n"
            + "  \"password\": \""
            + CANARY
            + "\"\n}\n");
    Files.writeString(
        configuration.resolve("vdbs/shop.json"),
        "{\n  \"ports\": [5050],\n  \"source\": \"main\"\n}\n");
    manager = Running.startWithAccounts(directory, "--config=" + configuration);
    browser = Browser.start();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (manager != null) {
      manager.close();
    }
  }

  private void open(String path) {
    browser.open("http://localhost:" + manager.port() + path);
  }

  private void enter(String user, String password) {
    open("/login");
    WebElement name = browser.find("#user");
    name.clear();
    name.sendKeys(user);
    browser.find("#password").sendKeys(password, Keys.ENTER);
  }

  /** What an authenticator shows: the step before, now and the next are taken. */
  private static String code(String key, int ahead) throws Exception {
    String letters = key.replace(" ", "");
    ByteBuffer secret = ByteBuffer.allocate(letters.length() * 5 / 8);
    int bits = 0;
    int held = 0;
    for (char letter : letters.toCharArray()) {
      bits = bits << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
      held += 5;
      if (held >= 8) {
        held -= 8;
        secret.put((byte) (bits >> held));
      }
    }
    Mac mac = Mac.getInstance("HmacSHA1");
    mac.init(new SecretKeySpec(secret.array(), "HmacSHA1"));
    long step = Instant.now().getEpochSecond() / 30 + ahead;
    byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    int number = ByteBuffer.wrap(hash, hash[hash.length - 1] & 15, 4).getInt() & Integer.MAX_VALUE;
    return "%06d".formatted(number % 1_000_000);
  }

  @Test
  void fromANewAccountToALogInWithACode() throws Exception {
    browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
    open("/accounts");
    browser.awaitText("No accounts yet");
    browser.find("#name").sendKeys("carol");
    browser.find("#password").sendKeys(GIVEN, Keys.ENTER);
    browser.awaitText("carol has an account now");
    browser.shoot("accounts");
    browser.click("a[href='/accounts/carol']");
    browser.awaitText("May not log in");
    browser.shoot("account-of-others");

    enter("carol", GIVEN);
    browser.find("#current").sendKeys(GIVEN);
    browser.find("#password").sendKeys(OWN);
    browser.find("#again").sendKeys(OWN, Keys.ENTER);
    browser.awaitText("The first time");
    enter("carol", OWN);
    browser.awaitText("Overview");
    open("/second-factor");
    browser.find("#password").sendKeys(OWN, Keys.ENTER);
    String key = browser.find(".key").getText();
    assertThat(browser.find("img.qr").getDomProperty("naturalWidth")).isNotEqualTo("0");
    browser.shoot("second-factor");
    browser.find("#code").sendKeys(code(key, 0), Keys.ENTER);
    browser.awaitText("Your second factor is on");
    browser.shoot("recovery-codes");
    String recovery = browser.find(".codes code").getText();
    open("/account");
    browser.click("summary");
    browser.find("#name").sendKeys("the build", Keys.ENTER);
    browser.awaitText("It is not shown again");
    browser.shoot("token");
    open("/account");
    browser.awaitText("the build").awaitText("10 recovery codes left");
    browser.shoot("account");

    browser.click("form[action='/logout'] button");
    browser.awaitText("The first time");
    enter("carol", OWN);
    browser.awaitText("Your code");
    browser.shoot("code");
    browser.find("#code").sendKeys(code(key, 1), Keys.ENTER);
    browser.awaitText("Overview");
    browser.click("form[action='/logout'] button");
    browser.awaitText("The first time");
    enter("carol", OWN);
    browser.find("#code").sendKeys(recovery, Keys.ENTER);
    browser.awaitText("Overview");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void historyAndTheAuditLog() throws Exception {
    browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
    open("/documents/vdbs/shop.json");
    browser.replace(browser.find("#text"), "{\n  \"ports\": [5051],\n  \"source\": \"main\"\n}\n");
    browser.click("form[action='/review'] .main");
    browser.find("#comment").sendKeys("Another port", Keys.ENTER);
    browser.awaitText("is written");
    open("/history");
    browser.awaitText("Another port");
    browser.shoot("history");
    browser.click("a[href='/history/2']");
    browser.awaitText("5051");
    browser.shoot("revision");
    open("/history/1/rollback");
    browser.awaitText("Nothing is written yet");
    browser.shoot("rollback");
    browser.find("#comment").sendKeys("No, not that", Keys.ENTER);
    browser.awaitText("is what it was after revision 1").awaitText("back to 1");
    assertThat(browser.source()).doesNotContain(CANARY);
    open("/audit?action=configuration_changed");
    browser.awaitText("vdbs/shop.json revision");
    browser.shoot("audit");
    assertThat(browser.complaints()).isEmpty();
  }
}
