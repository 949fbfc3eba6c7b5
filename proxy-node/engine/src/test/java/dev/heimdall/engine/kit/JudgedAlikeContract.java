package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every spelling of a statement is judged alike, wherever its session stands: what its client is
 * told, what servers carry out and what is written down is the same as of the statement's text.
 * Where it cannot be, a dialect says so, and why.
 */
public abstract class JudgedAlikeContract extends KitContract {
  private static final String WORD = "secret";

  private final List<Spelling> spellings;
  private final List<Standing> standings;

  protected JudgedAlikeContract(KitDialect dialect) {
    super(dialect);
    this.spellings =
        Stream.concat(
                Stream.of(Spelling.PREPARED_BEFORE, Spelling.PREPARED),
                dialect.spellings().stream())
            .toList();
    this.standings =
        Stream.concat(
                Stream.of(
                    Standing.of("idle"),
                    Standing.of("begun", "BEGIN"),
                    Standing.of("open", "BEGIN", words.reading("before")),
                    Standing.of("written", "BEGIN", words.write()),
                    new Standing("delayed", "\"delayedTransaction\": true", List.of("BEGIN")),
                    new Standing(
                        "session mode", "\"multiplex\": false", List.of(words.reading("before"))),
                    Standing.of("pinned", words.pin())),
                dialect.standings().stream())
            .toList();
  }

  /**
   * Why a spelling is treated otherwise than the text.
   *
   * @param treatment what rules want
   * @return null where it must not be
   */
  protected String differs(String treatment, Standing standing, Spelling spelling) {
    return null;
  }

  // ---- what rules want

  @Test
  void whatIsRejected() {
    alike("drop", "{\"match\": \"secret\", \"action\": \"drop\"}");
  }

  @Test
  void whatIsGivenAResult() {
    alike(
        "result",
        "{\"match\": \"secret\", \"action\": \"result\", \"parameters\": {\"value\": 3}}");
  }

  @Test
  void whatIsTransformed() {
    alike(
        "transform",
        "{\"match\": \"secret\", \"action\": \"transform\", \"parameters\": {\"target\": \"public\"}}");
  }

  // ---- the matrix

  private void alike(String treatment, String rules) {
    Map<String, String> different = new TreeMap<>();
    Map<String, String> explained = new TreeMap<>();
    for (Standing standing : standings) {
      List<String> text = seen(rules, standing, Spelling.TEXT);
      for (Spelling spelling : spellings) {
        String why = differs(treatment, standing, spelling);
        List<String> seen = seen(rules, standing, spelling);
        if (seen.equals(text)) {
          if (why != null) {
            explained.put(standing + ", " + spelling, why);
          }
        } else if (why == null) {
          different.put(standing + ", " + spelling, seen + " and not " + text);
        }
      }
    }
    assertThat(different).as(treatment + ": judged otherwise than the text").isEmpty();
    assertThat(explained).as(treatment + ": said to be judged otherwise").isEmpty();
  }

  /** What comes of running it twice. */
  private List<String> seen(String rules, Standing standing, Spelling spelling) {
    if (node != null) {
      stop();
    }
    String settings = "\"pool\": {\"size\": 2}";
    start(
        KitSettings.of(standing.vdb().isEmpty() ? settings : settings + ", " + standing.vdb()),
        rules);
    KitClient ann = client("ann");
    String sql = words.reading(WORD);
    if (!ann.prepares(() -> spelling.before().accept(ann, sql))) {
      ann.told();
      return List.of("rejected");
    }
    for (String statement : standing.statements()) {
      ann.sends(statement);
    }
    ann.told();
    List<String> seen = new ArrayList<>();
    for (int times = 0; times < 2; times++) {
      spelling.run().accept(ann, sql);
      seen.addAll(told(ann));
      node.turns().advance(Duration.ofSeconds(2));
      seen.add("later");
      seen.addAll(told(ann));
    }
    seen.add("carried out " + carriedOut());
    if (seen.equals(REJECTED)) {
      return List.of("rejected");
    }
    seen.addAll(node.heard().stream().filter(line -> line.contains(WORD)).toList());
    return seen;
  }

  private static final List<String> REJECTED =
      List.of("error", "later", "error", "later", "carried out []");

  private static List<String> told(KitClient client) {
    return client.told().stream().map(word -> isError(word) ? "error" : word).toList();
  }

  private List<String> carriedOut() {
    return servers().open().stream()
        .flatMap(session -> session.received().stream())
        .filter(sql -> sql.contains(WORD) || sql.contains("public"))
        .toList();
  }
}
