package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pages stay short enough to be read: in words over all, in words of each, and in sentences. */
class PagesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** All pages together. Lower it when pages have become shorter. */
  private static final int WORDS = 87_600;

  private static final int WORDS_OF_A_PAGE = 3_000;
  private static final int CHARACTERS_OF_A_SENTENCE = 240;

  /** Tables to look something up in, held to the code or written by scripts. */
  private static final Set<String> REFERENCE =
      Set.of("docs/benchmarks-data.md", "docs/cached-kinds.md", "docs/memory-inventory.md");

  /** Changelog, to which each release adds; its readers read one version. */
  private static final String CHANGES = "CHANGELOG.md";

  private static final Pattern WORD = Pattern.compile("\\S*\\w\\S*");
  private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
  private static final Map<String, String> PAGES = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    for (String folder : List.of("", "docs")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        for (Path file : (Iterable<Path>) files.filter(PagesTest::isPage)::iterator) {
          PAGES.put(ROOT.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        }
      }
    }
    assertThat(PAGES).hasSizeGreaterThan(30);
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }

  /** What people have written to be read: no code, and nothing that is generated. */
  private static String prose(String page) {
    return page.replaceAll("(?s)<!-- generated[^>]*begin -->.*?<!-- generated[^>]*end -->", "")
        .replaceAll("(?s)<!-- settings: .*?<!-- end -->", "")
        .replaceAll("(?ms)^ *```.*?^ *```$", "");
  }

  private static int words(String text) {
    return (int) WORD.matcher(text).results().count();
  }

  /** Tables and code are no sentences; a sentence may go on in the next line. */
  private static int longestSentence(String page) {
    String text =
        prose(page).replaceAll("(?m)^(\\||    ).*$", "").replaceAll("(?<!\n)\n(?![-#\n]|\\d)", " ");
    return LINK.matcher(text)
        .replaceAll("$1")
        .lines()
        .flatMap(line -> Arrays.stream(line.strip().split("(?<=[.!?])\\s+")))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }

  private static Set<String> pagesThat(Predicate<String> predicate) {
    Set<String> found = new TreeSet<>();
    PAGES.forEach(
        (name, page) -> {
          if (predicate.test(page)) {
            found.add(name);
          }
        });
    return found;
  }

  @Test
  void allPagesTogetherAreShortEnough() {
    int words =
        PAGES.entrySet().stream()
            .filter(page -> !REFERENCE.contains(page.getKey()) && !page.getKey().equals(CHANGES))
            .mapToInt(page -> words(prose(page.getValue())))
            .sum();

    assertThat(words).as("words of all pages, without code and generated tables").isLessThan(WORDS);
    assertThat(WORDS - words).as("lower WORDS to what is reached").isLessThan(5_000);
  }

  @Test
  void noPageIsTooLong() {
    Set<String> tooLong = pagesThat(page -> words(prose(page)) > WORDS_OF_A_PAGE);
    tooLong.removeAll(REFERENCE);
    tooLong.remove(CHANGES);
    for (String version : PAGES.get(CHANGES).split("(?m)^(?=## )")) {
      if (words(version) > WORDS_OF_A_PAGE) {
        tooLong.add(CHANGES + ": " + version.lines().findFirst().orElse(""));
      }
    }

    assertThat(tooLong)
        .as("pages of more than %d words: shorten or divide them", WORDS_OF_A_PAGE)
        .isEmpty();
  }

  @Test
  void noSentenceIsTooLong() {
    assertThat(pagesThat(page -> longestSentence(page) > CHARACTERS_OF_A_SENTENCE))
        .as("pages with a sentence of more than %d characters: divide it", CHARACTERS_OF_A_SENTENCE)
        .isEmpty();
  }

  @Test
  void theIndexLeadsToEachPage() {
    Set<String> missing = new TreeSet<>();
    String index = PAGES.get("docs/index.md");
    for (String name : PAGES.keySet()) {
      String link = name.startsWith("docs/") ? name.substring("docs/".length()) : "../" + name;
      if (!name.equals("docs/index.md") && !index.contains("(" + link)) {
        missing.add(name);
      }
    }

    assertThat(missing).as("pages that docs/index.md does not lead to").isEmpty();
  }

  @Test
  void whatIsReadIsCounted() {
    String page =
        "# A page\n\nTwo words. [three words more](docs/x.md#y)\nbelong together.\n"
            + "```\nnot counted\n```\n"
            + "<!-- generated by x: begin -->\nnot these\n<!-- generated by x: end -->\n";

    assertThat(words(prose(page))).isEqualTo(9);
    assertThat(longestSentence(page)).isEqualTo("three words more belong together.".length());
  }
}
