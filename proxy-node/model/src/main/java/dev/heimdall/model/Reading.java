package dev.heimdall.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** State while one document is read: its place, its problems, the parts that could not be read. */
final class Reading {
  /** Form of a key that needs no brackets; checked for each key of each document. */
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final String file;
  private final String name;
  private final Path base;
  private final FoundProblems problems;
  private final RegexBudget regexes;
  private final SecretTexts secrets;
  private final Map<String, Position> positions = new HashMap<>();
  private final NavigableSet<String> broken = new TreeSet<>();
  private final Set<Path> files = new HashSet<>();
  private final List<OpenReference> open = new ArrayList<>();
  private boolean fileLeftOpen;

  /** By which a cluster is named that nothing else says anything of. */
  private Optional<String> arnAlone = Optional.empty();

  private boolean pending;

  /**
   * A document by itself, in which secrets are written out.
   *
   * @param file the document, relative to the configuration directory
   * @param name the object's name, from the file's
   * @param base where relative paths in the document begin
   * @param problems gets the problems
   */
  Reading(String file, String name, Path base, FoundProblems problems) {
    this(file, name, base, problems, new RegexBudget(), SecretTexts.none());
  }

  /**
   * @param regexes the regular expressions of all documents of the configuration
   * @param secrets what the secrets hold that these refer to
   */
  Reading(
      String file,
      String name,
      Path base,
      FoundProblems problems,
      RegexBudget regexes,
      SecretTexts secrets) {
    this.file = file;
    this.name = name;
    this.base = base;
    this.problems = problems;
    this.regexes = regexes;
    this.secrets = secrets;
  }

  static Reading ofConstant() {
    return new Reading("", "", Path.of(""), new FoundProblems());
  }

  String file() {
    return file;
  }

  String name() {
    return name;
  }

  Path base() {
    return base;
  }

  FoundProblems problems() {
    return problems;
  }

  RegexBudget regexes() {
    return regexes;
  }

  SecretTexts secrets() {
    return secrets;
  }

  /**
   * The path of a member, with brackets where a dot would mislead or the key is too long to be one.
   */
  static String member(String path, String key) {
    return key.length() <= JsonValue.LONGEST && PLAIN_KEY.matcher(key).matches()
        ? path + "." + key
        : path + "[" + JsonValue.quote(key) + "]";
  }

  /** The candidate that was probably meant, as long as there is a problem to say so in. */
  Optional<String> nearest(String written, Collection<String> candidates) {
    return problems.isFull() ? Optional.empty() : NearestName.of(written, candidates);
  }

  /** The document names a file. */
  void refersTo(Path named) {
    files.add(named);
  }

  Set<Path> files() {
    return files;
  }

  /** A reference to the region was right in form, and what it stands for is not known here. */
  void leftOpen(String path, String reference) {
    open.add(new OpenReference(file, path, reference));
    broken.add(path);
  }

  /** Marks a setting whose value, which follows from the document, is not known yet. */
  void leftUnknown(String path) {
    broken.add(path);
  }

  /**
   * The document names a cluster by its ARN, and where its servers are follows from that.
   *
   * @param known whether anybody knows it
   */
  void namedByArn(String arn, boolean known) {
    arnAlone = Optional.of(arn);
    pending = !known;
  }

  Optional<String> arnAlone() {
    return arnAlone;
  }

  /** True if the document cannot be used yet, as nothing is known of the cluster that it names. */
  boolean pending() {
    return pending;
  }

  /** The setting whose reference was left open names a file. */
  void leftFileOpen() {
    fileLeftOpen = true;
  }

  /** True if it is unknown which files the document names. */
  boolean fileLeftOpen() {
    return fileLeftOpen;
  }

  /** Those references, in order. */
  List<OpenReference> open() {
    return open;
  }

  void found(String path, Position at) {
    positions.put(path, at);
  }

  /** True if the document has a setting, right or wrong. */
  boolean written(String path) {
    return positions.containsKey(path);
  }

  /** True if a setting, with all that it holds, was read well, so that it can be relied on. */
  boolean sound(String... paths) {
    for (String path : paths) {
      if (!broken.isEmpty() && (isWithinBroken(path) || holdsBroken(path))) {
        return false;
      }
    }
    return true;
  }

  /** A setting is wrong that was read well, as far as it alone goes. */
  void problem(String path, String got, String expected, Optional<String> suggestion) {
    problem(path, positions.getOrDefault(path, Position.NONE), got, expected, suggestion);
  }

  void problem(String path, String got, String expected) {
    problem(path, got, expected, Optional.empty());
  }

  void problem(String path, Position at, String got, String expected) {
    problem(path, at, got, expected, Optional.empty());
  }

  void problem(String path, Position at, String got, String expected, Optional<String> suggestion) {
    broken.add(path);
    problems.add(new Problem(file, at.line(), at.column(), path, got, expected, suggestion));
  }

  /** Asked of each entry of a list, of which each may be broken: nothing here looks at them all. */
  private boolean isWithinBroken(String path) {
    for (int end = 1; end < path.length(); end++) {
      char next = path.charAt(end);
      if ((next == '.' || next == '[') && broken.contains(path.substring(0, end))) {
        return true;
      }
    }
    return broken.contains(path);
  }

  private boolean holdsBroken(String path) {
    return beginsBroken(path + '.') || beginsBroken(path + '[');
  }

  private boolean beginsBroken(String beginning) {
    String next = broken.ceiling(beginning);
    return next != null && next.startsWith(beginning);
  }
}
