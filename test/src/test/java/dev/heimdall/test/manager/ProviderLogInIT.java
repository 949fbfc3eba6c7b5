package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins with OpenID Connect, in a real browser, at a provider that somebody else has written. */
@Needs("chromium")
@Tag("long")
class ProviderLogInIT {
  @TempDir private Path directory;
  private MockOAuth2Server provider;
  private Running manager;
  private int port;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    provider = new MockOAuth2Server(new OAuth2Config(/* interactiveLogin= */ true));
    provider.start(InetAddress.getByName("127.0.0.1"), 0);
    port = provider.baseUrl().port();
    manager = start("--oidc-readers=staff");
    browser = Browser.start();
  }

  private Path own(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private Running start(String option) throws IOException {
    return Running.start(
        directory,
        Map.of(),
        "--config=" + Files.createDirectories(directory.resolve("configuration")),
        // Another site than the manager's: its pages get no cookies of it.
        "--oidc-issuer=http://127.0.0.1:" + port + "/company",
        "--oidc-client-id=heimdall",
        "--oidc-client-secret-file=" + own("secret", "canary of a client's secret"),
        "--manager-url=http://localhost:" + Running.PORT,
        "--oidc-admins=dba, operators",
        "--oidc-provider-name=Example Company",
        option);
  }

  @AfterEach
  void end() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
    if (manager != null) {
      manager.close();
    }
    endProvider();
  }

  private void endProvider() {
    try {
      provider.shutdown();
    } catch (AssertionError e) {
      // Nobody reaches it any more; it gives up waiting for connections that a busy browser keeps.
    }
  }

  private void open(String path) {
    browser.open("http://localhost:" + manager.port() + path);
  }

  private void logIn(String user, String claims) {
    open("/login");
    browser.click(".elsewhere a");
    browser.find("input[name='username']").sendKeys(user);
    browser.replace(browser.find("textarea[name='claims']"), claims);
    browser.click("input[type='submit']");
  }

  @Test
  void withTheProviderAwayTheManagerStartsAndSaysSo() throws Exception {
    manager.close();
    endProvider();
    manager = start("--manager-password-file=" + own("password", "break the glass"));
    manager.process().awaitOutput("the OpenID Connect provider is unavailable");
    browser.logIn(manager.port(), "break the glass");
    assertThat(browser.text()).contains("Log out admin");
  }

  @Test
  void fromTheProviderToASessionAndOutAgain() throws Exception {
    open("/login");
    browser.awaitText("Log in with Example Company");
    browser.shoot("login-provider");
    logIn("mallory", "{\"email\": \"mallory@example.com\", \"groups\": [\"others\"]}");
    browser.awaitText("no role here").awaitText("oidc:mallory@example.com");
    browser.shoot("login-no-role");

    logIn("a1", "{\"email\": \"alice@example.com\", \"groups\": [\"staff\", \"dba\"]}");
    browser.awaitText("Overview").awaitText("oidc:alice@example.com");
    assertThat(browser.path()).isNotEqualTo("/login/provider/callback");
    open("/audit");
    browser.awaitText("provider's subject a1").awaitText("provider: no role");
    browser.click("form[action='/logout'] button");
    browser.awaitText("You are logged out");
    browser.shoot("logged-out-provider");
    browser.click("main a.main");
    browser.awaitText("The first time");
    assertThat(browser.path()).isEqualTo("/login");

    browser.logIn(manager.port(), Files.readString(manager.passwordFile()));
    assertThat(browser.complaints()).isEmpty();
    assertThat(manager.process().output()).doesNotContain("canary of a client's secret");
  }
}
