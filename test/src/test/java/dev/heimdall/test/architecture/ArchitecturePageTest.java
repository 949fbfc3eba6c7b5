package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The page about the architecture shows modules, steps, state machines and packages as they are.
 */
class ArchitecturePageTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String MOVES = "mayBecome";

  /** A name of a class, also of a nested one, and no word in capitals. */
  private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w*[a-z]\\w*(?:\\.[A-Z]\\w*)?)`");

  private static String page;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(ROOT.resolve("docs/architecture.md"));
  }

  private static String section(String heading) {
    int from = page.indexOf("\n## " + heading + "\n");
    assertThat(from).as(heading).isNotNegative();
    int to = page.indexOf("\n## ", from + 1);
    return page.substring(from, to < 0 ? page.length() : to);
  }

  private static Stream<MatchResult> all(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.DOTALL).matcher(text).results();
  }

  private static String picture(String text) {
    return all("```mermaid\n(.*?)```", text).findFirst().orElseThrow().group(1);
  }

  /** {@code a --> b & c} as {@code a --> b} and {@code a --> c}. */
  private static Set<String> arrows(String picture) {
    Set<String> arrows = new TreeSet<>();
    all("(\\S+) --> ([^\n]+)", picture)
        .forEach(
            line ->
                Stream.of(line.group(2).split(" & "))
                    .forEach(to -> arrows.add(line.group(1) + " --> " + to.strip())));
    return arrows;
  }

  private static Set<String> inFirstColumn(String table) {
    return all("(?m)^\\|([^|]+)\\|", table)
        .flatMap(row -> all("`([^`]+)`", row.group(1)))
        .map(name -> name.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Document pom(Path folder) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("pom.xml").toFile());
  }

  private static String text(Element element, String child) {
    NodeList found = element.getElementsByTagName(child);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
  }

  private static List<String> texts(Document pom, String tag) {
    NodeList found = pom.getElementsByTagName(tag);
    return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1)
        .map(i -> found.item(i).getTextContent().strip())
        .toList();
  }

  private static String lastOf(String module) {
    return module.substring(module.lastIndexOf('/') + 1);
  }

  @Test
  void thePictureOfTheModulesIsThatOfTheirPoms() throws Exception {
    // That of the benchmarks belongs to two profiles.
    List<String> modules = texts(pom(ROOT), "module").stream().distinct().toList();
    Set<String> real = new TreeSet<>();
    for (String module : modules) {
      if (!module.equals("test")) {
        real.addAll(dependencies(module));
      }
    }

    assertThat(arrows(picture(section("Modules")))).isEqualTo(real);
    assertThat(inFirstColumn(section("Modules"))).containsExactlyInAnyOrderElementsOf(modules);
  }

  private static Set<String> dependencies(String module) throws Exception {
    NodeList all = pom(ROOT.resolve(module)).getElementsByTagName("dependency");
    Set<String> arrows = new TreeSet<>();
    for (int i = 0; i < all.getLength(); i++) {
      Element one = (Element) all.item(i);
      String artifact = text(one, "artifactId");
      if (artifact.startsWith("heimdall-") && !text(one, "scope").equals("test")) {
        arrows.add(lastOf(module) + " --> " + artifact.substring("heimdall-".length()));
      }
    }
    return arrows;
  }

  @Test
  void theStepsOfAStatementAreThoseOfTheQueryPath() throws Exception {
    String code =
        Files.readString(
            ROOT.resolve(
                "proxy-node/engine/src/main/java/dev/heimdall/engine/pipeline/QueryPath.java"));
    List<String> steps = all("<li><b>(\\w+)</b>", code).map(step -> step.group(1)).toList();
    String section = section("The path of a statement");

    assertThat(steps).hasSizeGreaterThan(5);
    assertThat(picture(section)).contains(String.join(" --> ", steps));
    assertThat(all("\n\\d\\. \\*\\*(\\w+)\\.\\*\\*", section).map(step -> step.group(1)))
        .containsExactlyElementsOf(steps);
  }

  @Test
  void theStateMachinesMoveAsTheirEnumsDo() throws Exception {
    Set<String> drawn = new TreeSet<>();
    for (MatchResult one :
        all("\n`([\\w.]+)`, moved by[^\n]+\n\n```mermaid\n(.*?)```", section("State machines"))
            .toList()) {
      drawn.add(one.group(1));
      assertThat(arrows(one.group(2))).as(one.group(1)).isEqualTo(moves(machine(one.group(1))));
    }

    assertThat(drawn)
        .as("enums of the engine that have a method %s", MOVES)
        .isEqualTo(machines().map(ArchitecturePageTest::name).collect(Collectors.toSet()));
  }

  private static Stream<JavaClass> machines() {
    return Product.CLASSES.stream()
        .filter(JavaClass::isEnum)
        .filter(
            type -> type.getMethods().stream().map(JavaMethod::getName).anyMatch(MOVES::equals));
  }

  private static JavaClass machine(String name) {
    return machines().filter(type -> name(type).equals(name)).findAny().orElseThrow();
  }

  private static Set<String> moves(JavaClass machine) throws ReflectiveOperationException {
    Class<?> type = machine.reflect();
    Method mayBecome = type.getDeclaredMethod(MOVES, type);
    mayBecome.setAccessible(true);
    Set<String> moves = new TreeSet<>();
    for (Object from : type.getEnumConstants()) {
      for (Object to : type.getEnumConstants()) {
        if ((boolean) mayBecome.invoke(from, to)) {
          moves.add(((Enum<?>) from).name() + " --> " + ((Enum<?>) to).name());
        }
      }
    }
    return moves;
  }

  @Test
  void thePackagesAreThoseThatAreThere() {
    assertThat(inFirstColumn(section("Packages of the engine")))
        .isEqualTo(packages(Product.ENGINE));
    assertThat(inFirstColumn(section("Packages of the manager")))
        .isEqualTo(packages("dev.heimdall.manager"));
  }

  private static Set<String> packages(String root) {
    return Product.CLASSES.stream()
        .map(JavaClass::getPackageName)
        .filter(name -> name.startsWith(root + "."))
        .map(name -> name.substring(root.length() + 1).replaceFirst("\\..*", ""))
        .filter(name -> !name.startsWith("jte"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Also of tests, which the guide for contributors names. */
  @ParameterizedTest
  @ValueSource(strings = {"docs/architecture.md", "CONTRIBUTING.md", "test/README.md"})
  void theClassesThatAPageNamesAreThere(String file) throws IOException {
    Set<String> named =
        CLASS
            .matcher(Files.readString(ROOT.resolve(file)))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(named).hasSizeGreaterThan(10);
    named.removeAll(sources());
    Product.CLASSES.forEach(type -> named.remove(name(type)));
    assertThat(named).as("classes that %s names and that are not there", file).isEmpty();
  }

  private static Set<String> sources() throws IOException {
    Set<String> names = new TreeSet<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes of) {
            String name = folder.getFileName().toString();
            return name.startsWith(".") || Set.of("target", "node_modules").contains(name)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes of) {
            String name = path.getFileName().toString();
            if (name.endsWith(".java")) {
              names.add(name.substring(0, name.length() - ".java".length()));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return names;
  }

  /** Without its package; a nested class behind the one that it is in. */
  private static String name(JavaClass type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }
}
