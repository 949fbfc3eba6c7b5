package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.DirectoryServer;
import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People of a directory log in to the manager, in a real browser and by REST. */
@Needs("chromium")
@Tag("long")
class DirectoryPeopleIT {
  @TempDir private Path directory;
  private DirectoryServer people;
  private Running manager;

  @BeforeEach
  void start() throws Exception {
    people =
        new DirectoryServer()
            .user("alice", "staff", "dba")
            .user("bob", "staff")
            .user("mallory", "others");
    Files.writeString(directory.resolve("ca.pem"), TestCertificate.localhost().certificate());
    manager =
        Running.start(
            directory,
            Map.of(),
            "--config=" + Files.createDirectories(directory.resolve("configuration")),
            "--ldap-file=" + own("ldap.json", document()));
  }

  private String document() throws IOException {
    return """
    {
      "ldap": {
        "servers": ["%s"], "caFile": "ca.pem",
        "bindDn": "cn=searcher,%2$s", "bindPassword": "searcher-secret",
        "searchBase": "ou=people,%2$s", "keepAccepted": "0", "keepRejected": "0"
      },
      "admins": ["dba"], "readers": ["staff"]
    }
    """
        .formatted(people.url(), DirectoryServer.BASE);
  }

  private Path own(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void end() throws InterruptedException {
    if (manager != null) {
      manager.close();
    }
    people.close();
  }

  private int status(String user, String password) throws Exception {
    return new Rest(manager.port(), user, password).get("/api/v1/documents").status();
  }

  @Test
  void groupsSayWhatSomebodyMayDo() throws Exception {
    assertThat(status("alice", "alice-secret")).isEqualTo(200);
    assertThat(status("bob", "bob-secret")).isEqualTo(200);
    assertThat(status("mallory", "mallory-secret")).isEqualTo(401);
    assertThat(status("bob", "wrong")).isEqualTo(401);
    assertThat(status("nobody", "wrong")).isEqualTo(401);
    assertThat(status("ldap:bob", "bob-secret")).isEqualTo(401);
    Rest.Said audit = new Rest(manager.port(), "bob", "bob-secret").get("/api/v1/audit");
    assertThat(audit.status()).isEqualTo(403);
    Rest.Said told = new Rest(manager.port(), "alice", "alice-secret").get("/api/v1/audit");
    assertThat(told.body()).contains("ldap:bob", "directory: no role").doesNotContain("-secret");
  }

  @Test
  void inABrowserAndWhileTheDirectoryIsAway() throws Exception {
    try (Browser browser = Browser.start()) {
      browser.open("http://localhost:" + manager.port() + "/login");
      browser.replace(browser.find("input[name='user']"), "alice");
      browser.find("input[name='password']").sendKeys("alice-secret");
      browser.click("main form button");
      browser.awaitText("Overview").awaitText("ldap:alice");
      people.away();
      browser.open("http://localhost:" + manager.port() + "/audit");
      browser.awaitText("ldap:alice");
      assertThat(status("bob", "bob-secret")).isEqualTo(503);
      manager.process().awaitOutput("directory server unavailable");
      people.back();
      assertThat(status("bob", "bob-secret")).isEqualTo(200);
      browser.click("form[action='/logout'] button");
      browser.awaitText("The first time");
      assertThat(browser.complaints()).isEmpty();
    }
    assertThat(manager.process().output()).doesNotContain("-secret");
  }
}
