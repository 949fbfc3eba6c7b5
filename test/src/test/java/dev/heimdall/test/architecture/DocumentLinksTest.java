package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links of the documents lead to files, and to headings, that are there. */
class DocumentLinksTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

  @Test
  void eachLinkLeadsSomewhere() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (String folder : List.of("", "docs", "cdk-app/samples", "test", "test/drivers")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
      }
    }
    List<String> dead = new ArrayList<>();
    for (Path document : documents) {
      Matcher links = LINK.matcher(Files.readString(document));
      while (links.find()) {
        String link = links.group(1);
        if (!link.matches("[a-z]+:.*") && !leads(document, link)) {
          dead.add(ROOT.relativize(document) + ": " + link);
        }
      }
    }
    assertThat(documents).hasSizeGreaterThan(20);
    assertThat(dead).isEmpty();
  }

  private static boolean leads(Path from, String link) throws IOException {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path to = path.isEmpty() ? from : from.resolveSibling(path).normalize();
    if (!Files.exists(to)) {
      return false;
    }
    return hash < 0
        || !to.toString().endsWith(".md")
        || anchors(Files.readString(to)).contains(link.substring(hash + 1));
  }

  /** As the pages of the repository make them of headings. */
  private static Set<String> anchors(String text) {
    Set<String> anchors = new TreeSet<>();
    boolean code = false;
    for (String line : text.lines().toList()) {
      code ^= line.strip().startsWith("```");
      if (!code && line.matches("#{1,6} .*")) {
        String heading = line.replaceFirst("#+ ", "").replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1");
        anchors.add(
            heading.toLowerCase(Locale.ROOT).replaceAll("(?U)[^\\w\\- ]", "").replace(' ', '-'));
      }
    }
    return anchors;
  }
}
