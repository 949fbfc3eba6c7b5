package dev.heimdall.manager.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.pages.PageClient;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.trial.Trials;
import dev.heimdall.manager.trial.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of rule lists as a browser without scripts asks for them. */
class RulePagesTest {
  private static final String CANARY = "canary-secret";
  private static final String LIST =
      """
      {
        "comment":   "kept <i>as</i> it is",
        "rules": [
          {"match":  "a", "action": "drop"},
          {"comment": "<script>alert(1)</script>", "match": "b", "action": "tag", "parameters": {"log": true}},
          {"match": "jdbc:postgresql://db/x?password=canary-secret", "action": "log"}
        ]
      }
      """;

  @TempDir private Path directory;
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withAccounts(directory);
    manager.write("sources/main.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    manager.write(
        "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"first\"]}");
    manager.write("rules/first.json", LIST);
    manager.account("reader", Role.READ_ONLY, "chosen by himself");
    Trials trials =
        new Trials(
            (now, question) ->
                new Verdict(
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    Map.of("rules", "" + now.rules().get("first").rules().size()),
                    Optional.empty(),
                    Verdict.Place.REPLICA,
                    List.of(new Verdict.Way(Verdict.Place.REPLICA, true, "why not"))));
    manager.servePages(new RulePages(manager.editor(), new ListTrials(manager.editor(), trials)));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Somebody whose forms have all hidden fields of the page that he is on. */
  private final class Browser {
    private static final Pattern INPUT =
        Pattern.compile("<input type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");

    private final PageClient client = manager.browser();

    Browser(String user, String word) throws Exception {
      client.logIn(user, word);
    }

    Browser get(String path) throws Exception {
      client.get(path);
      return this;
    }

    Browser send(String path, String... fields) throws Exception {
      List<String> all = new ArrayList<>(List.of(fields));
      Matcher hidden = INPUT.matcher(page());
      while (hidden.find()) {
        all.addAll(List.of(hidden.group(1), hidden.group(2)));
      }
      client.post(path, all.toArray(String[]::new));
      return this;
    }

    Browser wish(String what, String... fields) throws Exception {
      String[] all = new String[fields.length + 2];
      System.arraycopy(fields, 0, all, 2, fields.length);
      all[0] = "do";
      all[1] = what;
      return send("/rules/first", all);
    }

    Browser commit() throws Exception {
      wish("review");
      assertThat(page()).contains("What changes");
      return send("/draft/commit", "comment", "why");
    }

    String page() {
      return client.page();
    }

    int status() {
      return client.status();
    }
  }

  private Browser admin() throws Exception {
    return new Browser("admin", "right");
  }

  @Test
  void rulesAreMovedSwitchedAndDeletedByButtonsAndNothingElseChanges() throws Exception {
    Browser browser = admin().get("/rules/first");
    assertThat(browser.page()).contains("Used by").doesNotContain(CANARY, "<script>alert", "<i>as");
    browser.wish("up:1");
    assertThat(browser.client.address()).endsWith("/rules/first#rule-1");
    assertThat(browser.page()).contains("<strong>1</strong> change not committed");
    browser.wish("toggle:2").wish("delete:0");
    assertThat(browser.page()).contains("<strong>3</strong> changes").contains("value=\"undo:0\"");
    assertThat(manager.written("rules/first.json")).isEqualTo(LIST);
    browser.commit();
    assertThat(browser.page()).contains("is written.").doesNotContain("not committed", CANARY);
    assertThat(browser.client.path()).isEqualTo("/rules/first");
    assertThat(manager.written("rules/first.json"))
        .isEqualTo(
            """
            {
              "comment":   "kept <i>as</i> it is",
              "rules": [
                {"comment": "<script>alert(1)</script>", "match": "b", "action": "tag", "parameters": {"log": true}},
                {"enabled": false, "match": "jdbc:postgresql://db/x?password=canary-secret", "action": "log"}
              ]
            }
            """);
  }

  @Test
  void aRuleIsWrittenWithAForm() throws Exception {
    Browser browser = admin().get("/rules/first");
    browser.wish("add:0");
    assertThat(browser.client.address()).contains("edit=3");
    assertThat(browser.page())
        .contains("name=\"parameters.printmatch\"")
        .doesNotContain("name=\"parameters.ttl\"");
    browser.wish("form:3", "revision", "0", "action", "cache", "match[0]", "kept <b>");
    assertThat(browser.page()).contains("name=\"parameters.ttl\"", "kept &lt;b&gt;");
    browser.wish(
        "save:3", "revision", "0", "action", "cache", "match[0]", "(", "parameters.ttl", "soon");
    assertThat(browser.status()).isEqualTo(422);
    assertThat(browser.page())
        .containsPattern("data-fault=\"match\\[0\\]\">got [^<]*RE2")
        .containsPattern("data-fault=\"parameters.ttl\">got [^<]*an integer")
        .contains("value=\"soon\"");
    browser.wish(
        "save:3",
        "revision",
        "0",
        "action",
        "cache",
        "match[0]",
        "x".repeat(10_000),
        "parameters.ttl",
        "5");
    assertThat(browser.status()).isEqualTo(200);
    browser.commit();
    assertThat(manager.written("rules/first.json"))
        .contains("\"match\": \"" + "x".repeat(10_000) + "\"", "\"ttl\": 5");
  }

  @Test
  void whatIsWrongWithTheListItselfIsSaidAtItsFieldToo() throws Exception {
    Browser browser = admin().get("/rules/first");
    assertThat(browser.page()).contains("<details class=\"settings\">");
    browser.send("/rules/first", "do", "settings", "unknown", "some");
    assertThat(browser.page())
        .contains("<details class=\"settings\" open>")
        .containsPattern("data-fault=\"unknown\">got [^<]*some");
    browser.send("/rules/first", "do", "settings", "unknown", "match");
    assertThat(browser.page())
        .contains("1</strong> change not committed", "<details class=\"settings\">")
        .contains("data-fault=\"unknown\"></p>");
  }

  @Test
  void aSecretInARuleIsKeptThroughAForm() throws Exception {
    Browser browser = admin().get("/rules/first?edit=2");
    Matcher mask = Pattern.compile("•••••••• [0-9a-f]{12}").matcher(browser.page());
    assertThat(mask.find()).isTrue();
    browser.wish("save:2", "revision", "0", "comment", "new", "match[0]", mask.group());
    browser.commit();
    assertThat(manager.written("rules/first.json"))
        .contains("\"comment\": \"new\"", "?password=canary-secret\"");
    browser.get("/rules/first?edit=2");
    browser.wish("save:2", "revision", "0", "match[0]", "•••••••• 0123456789ab");
    assertThat(browser.status()).isEqualTo(400);
  }

  @Test
  void aNewListIsBegun() throws Exception {
    Browser browser = admin().get("/rules");
    assertThat(browser.get("/rules/fresh").status()).isEqualTo(404);
    browser.get("/rules").send("/rules", "name", "fresh");
    assertThat(browser.page()).contains("A new list", "not committed");
    browser.send("/rules/fresh", "do", "settings", "enabled", "false", "comment", "what <it> is");
    browser.send("/rules/fresh", "do", "review").send("/draft/commit", "comment", "");
    assertThat(manager.written("rules/fresh.json"))
        .isEqualTo(
            "{\n  \"enabled\": false,\n  \"comment\": \"what <it> is\",\n  \"rules\": []\n}\n");
    assertThat(browser.get("/rules").page()).contains("what &lt;it&gt; is");
    assertThat(browser.send("/rules", "name", "../x").status()).isEqualTo(400);
  }

  @Test
  void formsOfAnotherDraftAreRefused() throws Exception {
    Browser browser = admin().get("/rules/first");
    browser.wish("toggle:0", "draft", "other");
    assertThat(browser.status()).isEqualTo(409);
    browser.get("/rules/first").wish("toggle:99");
    assertThat(browser.status()).isEqualTo(409);
    browser.get("/rules/first?edit=0");
    String old = browser.page();
    browser.wish("toggle:0");
    browser.wish("save:0", "revision", "0", "match[0]", "z");
    assertThat(browser.status()).isEqualTo(409);
    assertThat(browser.page()).contains("Another window of yours has changed this rule");
    assertThat(old).contains("name=\"revision\" value=\"0\"");
  }

  @Test
  void aListThatSomebodyElseChangesIsSaidToBe() throws Exception {
    Browser browser = admin().get("/rules/first").wish("toggle:0");
    manager.write("rules/first.json", LIST.replace("\"b\"", "\"c\""));
    assertThat(browser.get("/rules/first").page()).contains("Someone else has changed this list");
    browser.wish("review");
    assertThat(browser.status()).isEqualTo(409);
    browser.send("/draft/over").send("/draft/commit", "comment", "");
    assertThat(browser.page()).contains("is written.").doesNotContain("not committed");
    manager.write("rules/first.json", LIST);
    assertThat(browser.get("/rules/first").page()).doesNotContain("Someone else");
  }

  @Test
  void whatWouldBeWrongIsSaidWithTheRule() throws Exception {
    manager.write("rules/first.json", LIST.replace("\"action\": \"log\"", "\"action\": \"lgo\""));
    Browser browser = admin().get("/rules/first");
    assertThat(browser.page()).contains("lgo");
    browser.wish("toggle:0");
    assertThat(browser.page())
        .contains("Rule 3, action", "did you mean", "href=\"?edit=2#rule-2\"");
    browser.wish("delete:1");
    assertThat(browser.page()).contains("Rule 2, action");
    assertThat(browser.get("/rules/first?edit=2").page())
        .containsPattern("<option value=\"lgo\" selected>lgo")
        .containsPattern("data-fault=\"action\">got [^<]*did you mean")
        .contains("Who uses it is not known");
  }

  @Test
  void aDocumentThatIsNoListIsLeftToItsText() throws Exception {
    manager.write("rules/first.json", "{\"rules\": [1]}");
    assertThat(admin().get("/rules/first").page())
        .contains("Edit it as text")
        .doesNotContain("id=\"list\"");
    manager.write("rules/first.json", "{");
    assertThat(admin().get("/rules/first").page()).contains("Edit it as text");
  }

  @Test
  void aStatementIsTriedOverTheChanges() throws Exception {
    Browser browser = admin().get("/rules/first").wish("delete:0");
    browser.send("/rules/first/try", "vdb", "shop", "statement", "SELECT '<b>'");
    assertThat(browser.page())
        .contains(
            "Sent to a replica", "with your changes", "<dd>rules: 2</dd>", "SELECT '&lt;b&gt;'");
    browser.send("/rules/first/try", "vdb", "shop", "statement", " ");
    assertThat(browser.page()).contains("Type a statement");
    browser.send("/rules/first/try", "vdb", "none", "statement", "x");
    assertThat(browser.page()).contains("There is no virtual database none");
    browser.send("/rules/first/try", "vdb", "shop", "statement", "x", "address", "db.example");
    assertThat(browser.page()).contains("has to be an IP address");
  }

  @Test
  void whoMayOnlyLookSeesRulesAndTriesStatements() throws Exception {
    Browser browser = new Browser("reader", "chosen by himself");
    browser.get("/rules/first");
    assertThat(browser.page()).contains("drop").doesNotContain("value=\"delete:0\"", CANARY);
    browser.send("/rules/first/try", "vdb", "shop", "statement", "x");
    assertThat(browser.page()).contains("Sent to a replica");
    assertThat(browser.wish("delete:0").status()).isEqualTo(403);
    assertThat(browser.get("/rules/first/rules/0").status()).isEqualTo(403);
    assertThat(browser.get("/rules").page()).contains("first").doesNotContain("New rule list");
  }
}
