package dev.heimdall.manager.forms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.pages.PageClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms of documents, in a browser without scripts. */
class FormPagesTest {
  private static final String CANARY = "canary-secret";
  private static final String VDB =
      """
      {
        "ports": [5050],
        "source" : "main",
        "pool": {"size": 20, "minIdle":1},
        "auth": [
          {"method": "reject", "users": ["mallory"]},
          {"method": "scram-sha-256"}
        ]
      }
      """;
  private static final String SOURCE =
      "{\n  \"url\": \"jdbc:postgresql://db.example\",\n  \"user\": \"app\",\n  \"password\": \""
          + CANARY
          + "\"\n}\n";
  private static final String SHOP = "/forms/vdbs/shop.json";
  private static final String MAIN = "/forms/sources/main.json";

  @TempDir private Path directory;
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withAccounts(directory);
    manager.write("sources/main.json", SOURCE);
    manager.write("vdbs/shop.json", VDB);
    for (String user : List.of("alice", "bob", "mallory")) {
      manager.write("users/" + user + ".json", "{\"password\": \"of " + user + "\"}");
    }
    manager.account("reader", Role.READ_ONLY, "chosen by himself");
    manager.servePages(new FormPages(manager.editor()));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private PageClient browser() throws Exception {
    return manager.browser().logIn("admin", "right");
  }

  /** Looks at what these fields would change, and commits it. */
  private static void commit(PageClient browser, String path, String... fields) throws Exception {
    browser.submit(path, with(fields, "do", "preview"));
    assertThat(browser.page()).contains("value=\"commit\"");
    browser.submit(path, with(fields, "do", "commit"));
    assertThat(browser.page()).contains("is written.");
  }

  private static String[] with(String[] fields, String... more) {
    List<String> all = new ArrayList<>(List.of(fields));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void oneSettingIsChangedAndNothingElse() throws Exception {
    PageClient browser = browser().get(SHOP);
    assertThat(browser.page())
        .contains("name=\"pool.size\" value=\"20\"", "connections")
        .contains(">Queue timeout <code class=\"dim\">queueTimeout</code></label>")
        .contains(">size</label>");
    commit(browser, SHOP, "pool.size", "40", "comment", "more load");
    assertThat(manager.written("vdbs/shop.json")).isEqualTo(VDB.replace("20", "40"));
    assertThat(browser.path()).isEqualTo(SHOP);
  }

  @Test
  void settingsOfARuleListAreChangedAndItsRulesStayAsTheyAre() throws Exception {
    String list =
        """
        {
          "comment": "for the shop",
          "rules": [
            {"match": "select",   "action": "drop"}
          ]
        }
        """;
    manager.write("rules/shop.json", list);
    String path = "/forms/rules/shop.json";
    PageClient browser = browser().get(path);
    assertThat(browser.page())
        .contains("Rule list", "name=\"enabled\"", ">default: yes<", "name=\"unknown\"")
        .contains(">default</option>", "default: match in a list with a drop")
        .doesNotContain("What has no field", "name=\"rules[");
    commit(browser, path, "enabled", "false");
    assertThat(manager.written("rules/shop.json"))
        .contains("{\"match\": \"select\",   \"action\": \"drop\"}", "\"enabled\": false");
  }

  @Test
  void passwordsThatWereTypedAreKeptUntilTheyAreWrittenAndNeverInThePage() throws Exception {
    String path = "/forms/users/carol.json";
    PageClient browser = browser().get(path);
    browser.submit(path, "password", "typed-canary", "vdbs", "no-such", "do", "commit");
    assertThat(browser.status()).isEqualTo(409);
    String page = browser.page();
    assertThat(page).contains("name=\"typed@password\"").doesNotContain("typed-canary");
    String id = page.replaceFirst("(?s).*name=\"typed@password\" value=\"([^\"]+)\".*", "$1");
    browser.submit(path, "typed@password", id, "vdbs", "no-such", "do", "preview");
    assertThat(browser.page()).contains("no-such", "typed@password").doesNotContain("typed-canary");
    id = browser.page().replaceFirst("(?s).*name=\"typed@password\" value=\"([^\"]+)\".*", "$1");

    // Nobody else has it by this name, nor has another form.
    PageClient other = browser().get(path);
    other.submit(path, "typed@password", id, "vdbs", "shop", "do", "preview");
    assertThat(other.page()).doesNotContain("value=\"commit\"");
    String dave = "/forms/users/dave.json";
    browser.get(dave).submit(dave, "typed@password", id, "vdbs", "shop", "do", "preview");
    assertThat(browser.page()).doesNotContain("value=\"commit\"");

    browser.get(path).submit(path, "typed@password", id, "vdbs", "shop", "do", "preview");
    id = browser.page().replaceFirst("(?s).*name=\"typed@password\" value=\"([^\"]+)\".*", "$1");
    browser.submit(path, "typed@password", id, "vdbs", "shop", "do", "commit");
    assertThat(browser.page()).contains("is written.").doesNotContain("typed@password");
    assertThat(manager.written("users/carol.json")).contains("typed-canary");
  }

  @Test
  void whatIsEmptiedIsLeftToItsDefault() throws Exception {
    commit(browser().get(SHOP), SHOP, "pool.size", "", "pool.minIdle", "");
    assertThat(manager.written("vdbs/shop.json"))
        .doesNotContain("pool")
        .contains("\"source\" : \"main\"");
  }

  @Test
  void aNewObjectIsMadeWithoutAnyJson() throws Exception {
    String path = "/forms/vdbs/second.json";
    PageClient browser = browser().get(path);
    assertThat(browser.page()).contains("<option value=\"main\"").doesNotContain("reject this");
    browser.submit(path, "ports", "70000", "do", "preview");
    assertThat(browser.page())
        .contains("data-fault=\"ports\">got 70000", "data-fault=\"source\">got nothing")
        .doesNotContain("value=\"commit\"");
    commit(
        browser,
        path,
        "ports",
        "5060\r\n5061",
        "source",
        "main",
        "databases",
        "orders = shop_orders",
        "clients.idleTimeout",
        "");
    assertThat(manager.written("vdbs/second.json"))
        .isEqualTo(
            """
            {
              "ports": [5060, 5061],
              "source": "main",
              "databases": {"orders": "shop_orders"}
            }
            """);
  }

  @Test
  void objectsOfAListAreAddedChangedAndRemoved() throws Exception {
    PageClient browser = browser().get(SHOP);
    browser.submit(SHOP, "remove@auth[0]", "yes", "auth[1].method", "nonsense", "do", "preview");
    assertThat(browser.page())
        .contains("data-fault=\"auth[1].method\">got &#34;nonsense&#34;".replace("&#34;", "\""));
    commit(
        browser,
        SHOP,
        "remove@auth[0]",
        "yes",
        "auth[1].users",
        "alice\nbob\nmallory",
        "auth[2].method",
        "reject");
    assertThat(manager.written("vdbs/shop.json"))
        .contains("{\"method\": \"scram-sha-256\", \"users\": [\"alice\", \"bob\", \"mallory\"]}")
        .contains("{\"method\": \"reject\"}")
        .doesNotContain("[\"mallory\"]");
  }

  @Test
  void aSecretIsNeitherShownNorLost() throws Exception {
    PageClient browser = browser().get(MAIN);
    assertThat(browser.page()).contains("Set, and not shown.").doesNotContain(CANARY);
    commit(browser, MAIN, "user", "other", "password", "");
    assertThat(browser.page()).doesNotContain(CANARY);
    assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE.replace("app", "other"));
  }

  @Test
  void aSecretThatIsTypedIsWrittenAndNeverSentBack() throws Exception {
    PageClient browser = browser().get(MAIN);
    browser.submit(MAIN, "password", "other-canary", "do", "preview");
    assertThat(browser.page()).contains("••••••••").doesNotContain("canary");
    browser.submit(MAIN, "password", "other-canary", "do", "commit");
    assertThat(browser.page()).contains("is written.").doesNotContain("canary");
    assertThat(manager.written("sources/main.json"))
        .isEqualTo(SOURCE.replace(CANARY, "other-canary"));
  }

  @Test
  void aUserWhomNoRuleNamesIsWrittenWithTheRule() throws Exception {
    manager.write(
        "vdbs/shop.json",
        VDB.replace(
            "{\"method\": \"scram-sha-256\"}",
            "{\"method\": \"scram-sha-256\",  \"users\": [\"alice\", \"bob\"]},\n"
                + "    {\"method\": \"trust\", \"address\": \"::1/128\", \"users\":"
                + " [\"mallory\"]}"));
    String path = "/forms/users/eve.json";
    PageClient browser = browser().get(path);

    browser.submit(path, "password", CANARY, "do", "preview");

    assertThat(browser.page())
        .contains("the user \"eve\", whom no rule of", "Open vdbs/shop.json")
        .contains("Add eve to the users of rule 2 of auth in vdbs/shop.json (scram-sha-256)")
        .doesNotContain("value=\"commit\"");
    String also = "also@vdbs/shop.json";
    browser.submit(path, also, "yes", "password", CANARY, "do", "preview");
    assertThat(browser.page()).contains("value=\"commit\"", "\"bob\", \"eve\"]");
    browser.submit(path, also, "yes", "password", CANARY, "do", "commit");
    assertThat(browser.page()).contains("users/eve.json and vdbs/shop.json are written.");
    assertThat(manager.written("users/eve.json")).contains(CANARY);
    assertThat(manager.written("vdbs/shop.json"))
        .contains(",  \"users\": [\"alice\", \"bob\", \"eve\"]");
  }

  @Test
  void whatLooksLikeAMaskIsNoSecret() throws Exception {
    for (String typed : List.of("••••••••", "•••••••• 52003c63533b ", "********")) {
      PageClient browser = browser().get(MAIN);
      browser.submit(MAIN, "password", typed, "do", "preview");
      assertThat(browser.page()).contains("what looks like the mask of a secret");
      browser.submit(MAIN, "password", typed, "do", "commit");
      assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE);
    }
  }

  @Test
  void aSecretIsExchangedForAReferenceAndRemoved() throws Exception {
    manager.write("users/alice.json", "{\"password\": \"" + CANARY + "\"}");
    String path = "/forms/users/alice.json";
    PageClient browser = browser().get(path);
    browser.submit(
        path, "secret@password", "shop/alice", "key@password", "password", "do", "preview");
    assertThat(browser.page())
        .contains("{\"secret\": \"shop/alice\", \"key\": \"password\"}")
        .doesNotContain(CANARY);
    manager.write("users/alice.json", "{\"verifier\": {\"secret\": \"shop/alice\"}}");
    assertThat(browser.get(path).page()).contains("Secrets Manager has it: shop/alice.");
    browser.submit(path, "remove@verifier", "yes", "password", "a password", "do", "preview");
    browser.submit(path, "remove@verifier", "yes", "password", "a password", "do", "commit");
    assertThat(manager.written("users/alice.json"))
        .contains("\"a password\"")
        .doesNotContain("verifier");
  }

  @Test
  void whatThereIsNoFieldForStays() throws Exception {
    String odd = "{\"ports\": [5050], \"source\": \"main\", \"pool\": {\"size\": [1]}, \"x\": {}}";
    manager.write("vdbs/shop.json", odd);
    PageClient browser = browser().get(SHOP);
    assertThat(browser.page()).contains("What has no field", "<code>pool.size</code>");
    browser.submit(SHOP, "pool.minIdle", "2", "pool.size", "7", "do", "preview");
    assertThat(browser.page()).contains("{\"size\": [1], \"minIdle\": 2}", "\"x\": {}");
    commit(browser, SHOP, "remove@x", "yes", "remove@pool.size", "yes", "pool.minIdle", "2");
    assertThat(manager.written("vdbs/shop.json"))
        .isEqualTo("{\"ports\": [5050], \"source\": \"main\", \"pool\": {\"minIdle\": 2}}");
  }

  @Test
  void whatWasNotLookedAtIsNotWritten() throws Exception {
    PageClient browser = browser().get(SHOP);
    browser.submit(SHOP, "pool.size", "30", "do", "preview");
    browser.submit(SHOP, "pool.size", "31", "do", "commit");
    assertThat(browser.status()).isEqualTo(409);
    assertThat(browser.page()).contains("Nothing was written: look again, and commit.");
    assertThat(manager.written("vdbs/shop.json")).isEqualTo(VDB);
    browser.submit(SHOP, "pool.size", "31", "do", "commit");
    assertThat(manager.written("vdbs/shop.json")).contains("31");
  }

  @Test
  void whoWasSlowerSeesBothAndLosesNothing() throws Exception {
    PageClient slow = browser().get(SHOP);
    commit(browser().get(SHOP), SHOP, "pool.minIdle", "2");
    slow.submit(SHOP, "pool.size", "41", "do", "preview");
    assertThat(slow.page()).contains("Another user has changed vdbs/shop.json");
    slow.submit(SHOP, "pool.size", "41", "do", "commit");
    assertThat(slow.path()).isEqualTo("/draft");
    assertThat(slow.page()).contains("41");
    assertThat(manager.written("vdbs/shop.json")).contains("\"minIdle\":2").doesNotContain("41");
  }

  @Test
  void aFormGoesOnAsText() throws Exception {
    PageClient browser = browser().get(SHOP);
    browser.submit(SHOP, "pool.size", "42", "do", "text");
    assertThat(browser.path()).isEqualTo("/draft/edit");
    assertThat(browser.page()).contains("\"size\": 42");
  }

  @Test
  void nodesHaveAFormAlsoWhereTheirSettingsAreAtTheirDefaults() throws Exception {
    PageClient browser = browser().get("/");
    assertThat(browser.page()).contains("href=\"/forms/node.json\"", "all at their defaults");
    commit(browser.get("/forms/node.json"), "/forms/node.json", "drainTimeout", "40s");
    assertThat(manager.written("node.json")).isEqualTo("{\n  \"drainTimeout\": \"40s\"\n}\n");
  }

  @Test
  void aReaderSeesTheFormAndSendsNone() throws Exception {
    PageClient reader = manager.browser().logIn("reader", "chosen by himself");
    reader.get(SHOP);
    assertThat(reader.page()).contains("disabled", "value=\"20\"").doesNotContain("Preview");
    reader.submit(SHOP, "pool.size", "40", "do", "commit");
    assertThat(reader.status()).isEqualTo(403);
    assertThat(reader.get("/forms/certificates/a.json").status()).isEqualTo(404);
  }
}
