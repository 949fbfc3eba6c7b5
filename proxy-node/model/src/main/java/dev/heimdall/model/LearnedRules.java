package dev.heimdall.model;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rules that a node has learnt: {@code learned/<list>.json}, whose rules come after those of
 * {@code rules/<list>.json}. The only documents that a node writes.
 */
public final class LearnedRules {
  /** The folder of a configuration that a node writes itself. */
  public static final String FOLDER = "learned";

  /** A document may be 1 MiB. */
  private static final int MOST_BYTES = 1_000_000;

  /**
   * Limit of learnt rules: the rest of the configuration's regular expressions is for those that
   * people write.
   */
  private static final long MOST_STATES = RegexBudget.MOST / 2;

  private static final ObjectWriter WRITER =
      new ObjectMapper()
          .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private LearnedRules() {}

  /**
   * One learnt rule.
   *
   * @param match its regular expression
   * @param action what it does
   * @param comment the pattern, for people
   */
  public record Learnt(String match, RuleAction action, String comment) {}

  /** The rules as they can be put into a list's {@code rules}. */
  public static String json(Collection<Learnt> rules) {
    try {
      return WRITER.writeValueAsString(array(rules));
    } catch (IOException e) {
      throw new IllegalStateException("texts that cannot be written", e);
    }
  }

  private static ArrayNode array(Collection<Learnt> rules) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Learnt rule : rules) {
      array
          .addObject()
          .put("comment", rule.comment())
          .put("match", rule.match())
          .put("action", rule.action().spelling());
    }
    return array;
  }

  /**
   * Adds rules to a list's document, unless it has them already; a document that is not there is
   * begun. The file is replaced in one step. Blocks.
   *
   * @param directory the configuration directory
   * @return how many were added; fewer than those that are new if the document became too large
   * @throws IOException when the document cannot be read or written; it stays as it is then
   */
  public static int add(Path directory, String list, Collection<Learnt> rules) throws IOException {
    Path file = directory.resolve(FOLDER).resolve(list + ".json");
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("comment", "Learnt by the node, which adds to this file. See learn-pattern.");
    ArrayNode all = document.putArray("rules");
    Set<List<String>> known = new HashSet<>();
    int size = 200;
    RegexBudget regexes = new RegexBudget();
    if (Files.exists(file)) {
      byte[] text = Files.readAllBytes(file);
      size += text.length;
      for (Rule rule : existing(file, text, directory, list, regexes)) {
        ObjectNode node = all.addObject();
        if (!rule.enabled()) {
          node.put("enabled", false);
        }
        rule.comment().ifPresent(comment -> node.put("comment", comment));
        ArrayNode match = node.putArray("match");
        rule.match().forEach(expression -> match.add(expression.written()));
        if (match.size() == 1) {
          node.set("match", match.get(0));
        }
        if (rule.join() != RuleJoin.AND) {
          node.put("join", rule.join().spelling());
        }
        if (rule.inTransaction() != rule.action().insideTransactions()) {
          node.put("inTransaction", rule.inTransaction());
        }
        node.put("action", rule.action().spelling());
        if (rule.match().size() == 1) {
          known.add(List.of(rule.match().get(0).written(), rule.action().spelling()));
        }
      }
    }
    int added = 0;
    for (Learnt rule : rules) {
      if (known.add(List.of(rule.match(), rule.action().spelling()))) {
        ArrayNode one = array(List.of(rule));
        size += WRITER.writeValueAsBytes(one).length + 20;
        boolean right = regexes.fault(rule.match()).isEmpty();
        if (size > MOST_BYTES || !right || regexes.states() > MOST_STATES) {
          break;
        }
        all.addAll(one);
        added++;
      }
    }
    if (added > 0) {
      write(file, WRITER.writeValueAsString(document) + "\n");
    }
    return added;
  }

  private static List<Rule> existing(
      Path file, byte[] text, Path directory, String list, RegexBudget regexes) throws IOException {
    Reading in =
        new Reading(
            FOLDER + "/" + list + ".json",
            list,
            directory,
            new FoundProblems(),
            regexes,
            SecretTexts.none());
    Optional<RuleList> read =
        JsonText.parse(text, in).flatMap(json -> Shape.of(RuleList.class).read(json, "$", in));
    if (read.isEmpty() || !in.problems().isEmpty()) {
      throw new IOException(file.getFileName() + " is no list of rules");
    }
    return read.get().rules();
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    // A name that the reader passes over.
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".tmp");
    Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
    Files.move(
        unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Checks the documents against the lists that they belong to, and their rules. */
  static void check(Map<String, Document<RuleList>> learned, Set<String> lists) {
    learned.forEach(
        (name, document) -> document.value().ifPresent(l -> check(l, document.in(), lists)));
  }

  private static void check(RuleList list, Reading in, Set<String> lists) {
    String file = in.file();
    String name = file.substring(FOLDER.length() + 1, file.length() - ".json".length());
    if (!lists.contains(name)) {
      in.problem(
          "$",
          "rules for a list that there is not",
          "rules/" + name + ".json beside it, or the file to be deleted");
    }
    for (int i = 0; i < list.rules().size(); i++) {
      String path = "$.rules[" + i + "]";
      if (in.sound(path) && !list.rules().get(i).parameters().toString().isEmpty()) {
        in.problem(
            path + ".parameters",
            "parameters",
            "none here; a rule with parameters belongs into rules/" + name + ".json");
      }
    }
  }

  /** The lists with what was learnt for them. */
  static Map<String, RuleList> merged(Map<String, RuleList> lists, Map<String, RuleList> learned) {
    Map<String, RuleList> merged = new TreeMap<>(lists);
    learned.forEach(
        (name, more) ->
            merged.computeIfPresent(
                name,
                (n, list) -> {
                  List<Rule> rules = new ArrayList<>(list.rules());
                  if (more.enabled()) {
                    rules.addAll(more.rules());
                  }
                  return new RuleList(
                      list.name(), list.enabled(), list.comment(), list.unknown(), rules);
                }));
    return merged;
  }
}
