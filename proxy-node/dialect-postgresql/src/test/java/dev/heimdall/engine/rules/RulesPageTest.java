package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.Specifier;
import dev.heimdall.model.Spelled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of the pages about rules is read strictly and decides what the page says. */
class RulesPageTest {
  private static final Path DOCS = Path.of("..", "..", "docs");
  private static final List<String> PAGES =
      List.of("rules.md", "firewall.md", "forwarding.md", "rule-actions.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\S+) ?(\\S*)\\n(.*?)^```$");

  /** Rules and what is to be decided by them, line by line. */
  record Example(Map<String, String> lists, List<String> order, String steps) {
    @Override
    public String toString() {
      return lists.values().iterator().next().replaceAll("\\s+", " ");
    }
  }

  private static String pages() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String page : PAGES) {
      text.append(Files.readString(DOCS.resolve(page))).append('\n');
    }
    return text.toString();
  }

  static List<Example> examples() throws IOException {
    List<Example> examples = new ArrayList<>();
    Map<String, String> lists = new TreeMap<>();
    List<String> order = new ArrayList<>(List.of("main"));
    Matcher block = BLOCK.matcher(pages());
    while (block.find()) {
      String name = block.group(2);
      if (block.group(1).equals("explain")) {
        examples.add(new Example(new TreeMap<>(lists), List.copyOf(order), block.group(3)));
        lists.clear();
        order = new ArrayList<>(List.of("main"));
      } else if (name.startsWith("vdbs/")) {
        order = new ArrayList<>(List.of("firewall", "main"));
      } else if (name.startsWith("rules/")) {
        lists.put(name.substring("rules/".length()).replace(".json", ""), block.group(3));
      } else if (block.group(1).equals("json")) {
        lists.put("main", "{\"rules\": [" + block.group(3) + "]}");
      }
    }
    return examples;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void anExampleDecidesWhatThePageSays(Example example) {
    RuleTrial trial = RuleTrial.ofLists(example.lists(), example.order().toArray(new String[0]));
    SessionFacts usual = trial.facts();
    String settings = "";
    String sql = null;
    for (String line : example.steps().lines().toList()) {
      if (line.startsWith("-- ")) {
        settings = line.substring(3);
      } else if (line.startsWith("=> ")) {
        apply(trial.as(usual), settings);
        Statement statement = statement(sql, trial.facts().catalog());
        assertThat(trial.stating(statement).effects(sql)).as(sql).isEqualTo(line.substring(3));
        assertThat(trial.explain(sql).rows()).isNotEmpty();
        settings = "";
      } else {
        sql = line;
      }
    }
  }

  private static void apply(RuleTrial trial, String settings) {
    trial.inTransaction(settings.contains("in-transaction"));
    trial.prepared(settings.contains("prepared"));
    trial.averageMicros(-1);
    for (String setting : settings.split(" ", -1)) {
      String value = setting.substring(setting.indexOf('=') + 1);
      if (setting.startsWith("user=")) {
        trial.user(value);
      } else if (setting.startsWith("catalog=")) {
        trial.catalog(value);
      } else if (setting.startsWith("average=")) {
        trial.averageMicros(Long.parseLong(value));
      }
    }
  }

  private static Statement statement(String sql, String catalog) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    return RuleTrial.statement(
        parsed.understood(),
        parsed.reads().stream().map(table -> catalog + "." + table.spelled()).toList(),
        parsed.writes().stream().map(table -> catalog + "." + table.spelled()).toList());
  }

  static Stream<Spelled> words() {
    return Stream.concat(
        Arrays.stream(RuleAction.values()).filter(a -> a != RuleAction.PROCEDURE_WRAP),
        Arrays.stream(Specifier.values()).filter(s -> s != Specifier.REGEX));
  }

  @ParameterizedTest
  @MethodSource("words")
  void thereIsAnExampleForEachActionAndSpecifier(Spelled word) throws IOException {
    String wanted =
        word instanceof Specifier
            ? "\"" + word.spelling() + ":"
            : "\"action\": \"" + word.spelling() + "\"";

    assertThat(examples().stream().anyMatch(e -> e.lists().toString().contains(wanted))).isTrue();
  }

  @Test
  void thereIsAnExampleForEachParameter() throws IOException {
    String reference = Files.readString(DOCS.resolve("configuration.md"));
    String section = reference.substring(reference.indexOf("### Parameters of every rule"));
    section = section.substring(0, section.indexOf("\n## "));
    String examples = examples().toString() + pages();
    List<String> missing = new ArrayList<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(\\w+)` \\|.*\\|.*\\|.*\\|.*\\|.*\\|$").matcher(section);
    int rows = 0;
    while (row.find()) {
      rows++;
      if (!examples.contains("\"" + row.group(1) + "\":")) {
        missing.add(row.group(1));
      }
    }
    assertThat(rows).isGreaterThan(60);
    assertThat(missing).isEmpty();
  }

  @Test
  void everyActionHasItsPlaceAmongThoseOfTheOriginal() throws IOException {
    String page = pages();
    String table = page.substring(page.indexOf("| action there | `action` |"));

    for (RuleAction action : RuleAction.values()) {
      assertThat(table.substring(0, table.indexOf("\n\n"))).contains("`" + action.spelling() + "`");
    }
  }
}
