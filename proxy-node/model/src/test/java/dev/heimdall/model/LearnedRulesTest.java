package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.LearnedRules.Learnt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnedRulesTest {
  private static final Learnt A = new Learnt("^a \"1\"$", RuleAction.ALLOW, "select a");
  private static final Learnt B = new Learnt("^b\\s$", RuleAction.LOG, "select b");

  @TempDir private Path dir;

  @BeforeEach
  void writeAList() throws IOException {
    FullConfiguration.write(dir, "sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    FullConfiguration.write(dir, "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
    FullConfiguration.write(
        dir, "rules/firewall.json", "{\"rules\": [{\"match\": \"x\", \"action\": \"tag\"}]}");
  }

  private List<Rule> rules() throws ConfigurationException {
    return ConfigurationReader.read(dir).rules().get("firewall").rules();
  }

  @Test
  void learntRulesComeAfterThoseOfTheList() throws Exception {
    assertThat(LearnedRules.add(dir, "firewall", List.of(A))).isEqualTo(1);
    assertThat(LearnedRules.add(dir, "firewall", List.of(A, B, B))).isEqualTo(1);

    assertThat(rules())
        .extracting(rule -> rule.match() + " " + rule.action() + " " + rule.comment().orElse(""))
        .containsExactly("[x] TAG ", "[^a \"1\"$] ALLOW select a", "[^b\\s$] LOG select b");
  }

  @Test
  void whatAPersonChangedInTheDocumentStays() throws Exception {
    String mine =
        "{\"rules\": [{\"enabled\": false, \"match\": [\"a\", \"users:b\"], \"join\": \"or\","
            + " \"inTransaction\": false, \"action\": \"drop\"}]}";
    FullConfiguration.write(dir, "learned/firewall.json", mine);
    List<Rule> before = rules();

    LearnedRules.add(dir, "firewall", List.of(A));

    assertThat(rules()).hasSize(3).startsWith(before.toArray(Rule[]::new));
  }

  @Test
  void aDocumentThatIsWrongStaysAsItIs() throws Exception {
    FullConfiguration.write(dir, "learned/firewall.json", "{\"rules\": 5}");

    assertThatThrownBy(() -> LearnedRules.add(dir, "firewall", List.of(A)))
        .isInstanceOf(IOException.class)
        .hasMessage("firewall.json is no list of rules");
    assertThat(Files.readString(dir.resolve("learned/firewall.json"))).isEqualTo("{\"rules\": 5}");
  }

  @Test
  void aDocumentDoesNotBecomeLargerThanCanBeRead() throws Exception {
    Learnt large = new Learnt("x", RuleAction.ALLOW, "x".repeat(600_000));
    Learnt another = new Learnt("y", RuleAction.ALLOW, "y".repeat(600_000));

    assertThat(LearnedRules.add(dir, "firewall", List.of(large, another))).isEqualTo(1);

    assertThat(rules()).hasSize(2);
  }
}
