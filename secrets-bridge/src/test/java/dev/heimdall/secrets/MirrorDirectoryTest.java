package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a directory shows after documents that no directory can hold. */
class MirrorDirectoryTest {
  @TempDir private Path place;

  private MirrorDirectory directory;

  @BeforeEach
  void make() throws IOException {
    directory = MirrorDirectory.create(List.of(place));
  }

  @AfterEach
  void delete() throws IOException {
    directory.delete();
  }

  private static SortedMap<String, Content> documents(String... names) {
    SortedMap<String, Content> documents = new TreeMap<>();
    for (String name : names) {
      documents.put(name, Content.of("of " + name));
    }
    return documents;
  }

  private Set<String> shown() throws IOException {
    try (Stream<Path> all = Files.walk(directory.path())) {
      Set<String> names = new TreeSet<>();
      all.filter(Files::isRegularFile)
          .map(file -> directory.path().relativize(file).toString())
          .filter(name -> !name.startsWith("."))
          .forEach(names::add);
      return names;
    }
  }

  @Test
  void ofDocumentsThatNoDirectoryCanHoldNoneIsShown() throws IOException {
    directory.show(documents("node.json"));

    assertThatThrownBy(
            () -> directory.show(documents("drivers/a.json", "node.json", "node.json/x")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "there is a document \"node.json\" and one below it, \"node.json/x\": one of them needs another name");

    assertThat(shown()).containsExactly("node.json");
  }

  @Test
  void whatCouldNotBeShownAsAWholeIsTakenBack() throws IOException {
    Path inTheWay = directory.path().resolve("vdbs");
    Files.writeString(inTheWay, "of somebody else");
    assertThatThrownBy(() -> directory.show(documents("drivers/a.json", "vdbs/a.json")))
        .isInstanceOf(IOException.class);
    Files.delete(inTheWay);

    directory.show(documents("node.json"));

    assertThat(shown()).containsExactly("node.json");
  }

  @Test
  void aDocumentMayTakeThePlaceOfAFolderAndAFolderThatOfADocument() throws IOException {
    directory.show(documents("node.json", "tls"));
    directory.show(documents("node.json", "tls/ca.pem", "tls/own/key.pem"));
    assertThat(shown()).containsExactly("node.json", "tls/ca.pem", "tls/own/key.pem");

    directory.show(documents("node.json", "tls"));
    assertThat(shown()).containsExactly("node.json", "tls");
  }
}
