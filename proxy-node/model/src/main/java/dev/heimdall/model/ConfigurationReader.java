package dev.heimdall.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads a configuration directory: {@code node.json} and one document for each object in {@code
 * sources}, {@code drivers}, {@code vdbs}, {@code rules} and {@code users}, and what nodes learnt
 * in {@code learned}. Nothing is corrected or guessed: either everything is right, or every problem
 * is counted, and the first are reported.
 */
public final class ConfigurationReader {
  static final String NODE = "node.json";
  static final String SOURCES = "sources";
  static final String DRIVERS = "drivers";
  static final String VDBS = "vdbs";
  static final String RULES = "rules";
  static final String USERS = "users";

  private static final String JSON = ".json";

  private final Path dir;
  private final FoundProblems problems = new FoundProblems();
  private final RegexBudget regexes = new RegexBudget();
  private final List<Path> unknown = new ArrayList<>();
  private final Set<Path> referenced = new HashSet<>();
  private final SecretTexts secrets;
  private final RegionFacts facts;
  private final Consumer<OpenReference> open;
  private final FoundClusters found;
  private boolean unreadable;

  private ConfigurationReader(
      Path dir,
      SecretTexts secrets,
      RegionFacts facts,
      Consumer<OpenReference> open,
      FoundClusters found) {
    this.found = found;
    this.dir = dir.toAbsolutePath().normalize();
    this.secrets = secrets;
    this.facts = facts;
    this.open = open;
  }

  /**
   * Reads and checks a whole configuration, to run with it: a reference to a secret is a problem
   * where {@link SecretReference#FILE} has nothing of it.
   *
   * @param dir the configuration directory; relative paths in the documents begin here
   * @param facts what references to the region stand for
   * @throws ConfigurationException with the problems of all documents
   */
  public static Configuration read(Path dir, RegionFacts facts) throws ConfigurationException {
    return read(dir, facts, FoundClusters.none());
  }

  /**
   * Reads and checks a whole configuration, with facts known about clusters.
   *
   * @param found what is known of clusters that sources name by an ARN alone
   */
  public static Configuration read(Path dir, RegionFacts facts, FoundClusters found)
      throws ConfigurationException {
    return new ConfigurationReader(dir, SecretTexts.in(dir), facts, reference -> {}, found).read();
  }

  /**
   * Reads a configuration where nothing is known of the region, so that documents cannot refer to
   * it.
   */
  public static Configuration read(Path dir) throws ConfigurationException {
    return read(dir, RegionFacts.none());
  }

  /**
   * Checks a configuration without reading its secrets: values that documents refer to are {@link
   * Secret#isUnread} in the result.
   *
   * @param open gets the references to the region whose settings are not judged, as {@code facts}
   *     are {@link RegionFacts#unknown}; such a setting has its default in the result, or an empty
   *     value
   */
  public static Configuration check(Path dir, RegionFacts facts, Consumer<OpenReference> open)
      throws ConfigurationException {
    return new ConfigurationReader(dir, SecretTexts.unread(), facts, open, FoundClusters.none())
        .read()
        .all();
  }

  /** Checks a configuration without any knowledge of the region. */
  public static Configuration check(Path dir) throws ConfigurationException {
    return check(dir, RegionFacts.unknown(), reference -> {});
  }

  private Configuration read() throws ConfigurationException {
    Configuration configuration = documents();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems.all());
    }
    return configuration;
  }

  private Configuration documents() {
    if (!Files.isDirectory(dir)) {
      problems.add(
          new Problem(
              dir.toString(),
              0,
              0,
              "$",
              Files.exists(dir) ? "something that is no directory" : "nothing",
              "a configuration directory",
              Optional.empty()));
      return null;
    }
    boolean hasNode = false;
    for (Path entry : entries(dir)) {
      String name = entry.getFileName().toString();
      if (name.equals(NODE) && Files.isRegularFile(entry)) {
        hasNode = true;
      } else if (!(Files.isDirectory(entry)
          && Set.of(SOURCES, DRIVERS, VDBS, RULES, LearnedRules.FOLDER, USERS).contains(name))) {
        unknown.add(entry);
      }
    }
    Document<NodeSettings> node =
        hasNode
            ? document(dir.resolve(NODE), "", Shape.of(NodeSettings.class))
            : new Document<>(reading(NODE, ""), Optional.of(NodeSettings.defaults()));
    Map<String, Document<DataSource>> sources = folder(SOURCES, Format.NAME, DataSource.class);
    Map<String, Document<Driver>> drivers = folder(DRIVERS, Format.NAME, Driver.class);
    Map<String, Document<VirtualDatabase>> vdbs = folder(VDBS, Format.NAME, VirtualDatabase.class);
    Map<String, Document<RuleList>> rules = folder(RULES, Format.NAME, RuleList.class);
    Map<String, Document<RuleList>> learned =
        folder(LearnedRules.FOLDER, Format.NAME, RuleList.class);
    Map<String, Document<User>> users = folder(USERS, Format.IDENTIFIER, User.class);
    if (vdbs.isEmpty() && !unreadable) {
      report(
          VDBS, "no document", "at least one virtual database, vdbs/<name>.json", Optional.empty());
    }
    reportUnknown();

    node.check(DocumentChecks::node);
    sources.values().forEach(d -> d.check(DocumentChecks::source));
    drivers.values().forEach(d -> d.check(ClusterChecks::driver));
    vdbs.values().forEach(d -> d.check((vdb, in) -> new VdbChecks(vdb, in).all()));
    rules.values().forEach(d -> d.check((list, in) -> new RuleChecks(list, in).all()));
    learned.values().forEach(d -> d.check((list, in) -> new RuleChecks(list, in).all()));
    LearnedRules.check(learned, rules.keySet());
    users.values().forEach(d -> d.check(DocumentChecks::user));
    CrossChecks cross = new CrossChecks(node, sources, drivers, vdbs, rules, learned, users);
    cross.all();
    return problems.isEmpty() ? cross.configuration() : null;
  }

  private <T extends Record> Map<String, Document<T>> folder(
      String folder, Format names, Class<T> type) {
    Map<String, Document<T>> documents = new TreeMap<>();
    Path path = dir.resolve(folder);
    if (!Files.isDirectory(path)) {
      return documents;
    }
    Shape<T> shape = Shape.of(type);
    for (Path entry : entries(path)) {
      String file = entry.getFileName().toString();
      if (!file.endsWith(JSON) || !Files.isRegularFile(entry)) {
        unknown.add(entry);
        continue;
      }
      String name = file.substring(0, file.length() - JSON.length());
      if (names.accepts(name)) {
        documents.put(name, document(entry, name, shape));
      } else {
        report(
            relative(entry),
            "the object name " + JsonValue.quote(name),
            names.expected(),
            Optional.empty());
      }
    }
    return documents;
  }

  private <T extends Record> Document<T> document(Path file, String name, Shape<T> shape) {
    Reading in = reading(relative(file), name);
    Optional<JsonValue> json = JsonText.parse(file, in);
    unreadable |= json.isEmpty();
    // What nodes learn is made of statements, which say what they like.
    boolean refers = !file.getParent().endsWith(LearnedRules.FOLDER);
    Optional<T> value =
        json.map(root -> refers ? facts.resolve(root, in) : root)
            .map(root -> name.isEmpty() ? facts.scoped(root) : root)
            .map(root -> ofSource(file) ? ArnAlone.complete(root, in, found) : root)
            .flatMap(root -> shape.read(root, "$", in));
    unreadable |= in.fileLeftOpen();
    referenced.addAll(in.files());
    in.open().forEach(open);
    return new Document<>(in, value);
  }

  private boolean ofSource(Path file) {
    return file.getParent().equals(dir.resolve(SOURCES));
  }

  /** Returns the entries of a folder, except for those that do not concern the configuration. */
  private List<Path> entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(
              entry -> {
                String name = entry.getFileName().toString();
                return !name.startsWith(".") && !name.endsWith(".md");
              })
          .sorted()
          .toList();
    } catch (IOException e) {
      unreadable = true;
      report(
          relative(folder),
          "an error on listing (" + e.getClass().getSimpleName() + ")",
          "a folder that can be read",
          Optional.empty());
      return List.of();
    }
  }

  /**
   * Files that no document names. While a document cannot be read, or names one by what is
   * different in each region, it is unknown which these are.
   */
  private void reportUnknown() {
    for (Path entry : unknown) {
      if (unreadable || referenced.stream().anyMatch(file -> file.startsWith(entry))) {
        continue;
      }
      boolean top = dir.equals(entry.getParent());
      String name = entry.getFileName().toString();
      String got = Files.isDirectory(entry) ? "an unknown folder" : "an unknown file";
      if (top) {
        report(
            relative(entry),
            got,
            "only node.json, sources, drivers, vdbs, rules, learned, users, and files that a document names",
            NearestName.of(
                name, List.of(NODE, SOURCES, DRIVERS, VDBS, RULES, LearnedRules.FOLDER, USERS)));
      } else {
        report(
            relative(entry),
            got,
            "only <name>.json here, and files that a document names",
            Optional.empty());
      }
    }
  }

  private void report(String file, String got, String expected, Optional<String> suggestion) {
    problems.add(new Problem(file, 0, 0, "$", got, expected, suggestion));
  }

  private Reading reading(String file, String name) {
    return new Reading(file, name, dir, problems, regexes, secrets);
  }

  private String relative(Path file) {
    String relative = dir.relativize(file).toString().replace('\\', '/');
    return relative.isEmpty() ? "." : relative;
  }
}
