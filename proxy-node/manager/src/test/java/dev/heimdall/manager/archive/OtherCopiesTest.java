package dev.heimdall.manager.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of other managers in a directory, and which of them are read when. */
class OtherCopiesTest {
  private static final Instant BEGIN = Instant.parse("2026-11-26T00:00:00Z");
  private static final String OWN = "own.figures";

  @TempDir private Path directory;

  /** A directory, of which one can see what is fetched, and that can be away. */
  private final class Watched implements FigureCopies {
    private final List<String> fetched = new ArrayList<>();
    private boolean away;

    /** Its own file is there as a copy, as in a bucket. */
    private FigureCopies files() {
      return new DirectoryCopies(directory, "none");
    }

    @Override
    public List<Copy> list() throws IOException {
      return files().list();
    }

    @Override
    public void fetch(String name, Path into) throws IOException {
      if (away) {
        throw new IOException("the network is away");
      }
      fetched.add(name);
      files().fetch(name, into);
    }

    @Override
    public void delete(String name) throws IOException {
      files().delete(name);
    }
  }

  private final List<String> told = new ArrayList<>();
  private final Watched place = new Watched();
  private final OtherCopies copies = new OtherCopies(place, OWN, told::add);

  /** Of a manager that is called so, and in which it is the only name. */
  private void written(String name, int hour) throws Exception {
    Path file = directory.resolve(name);
    Files.deleteIfExists(file);
    try (ArchiveFile made = ArchiveFile.open(file)) {
      made.putMinute(1, Map.of(name, new char[] {1}));
      made.commit();
    }
    Files.setLastModifiedTime(file, FileTime.from(hour(hour)));
  }

  private static Instant hour(int number) {
    return BEGIN.plusSeconds(3600L * number);
  }

  private List<String> taken() {
    List<String> names = new ArrayList<>();
    copies.take(hour(0), file -> names.addAll(file.names()));
    return names;
  }

  private static String name(int number) {
    return "m" + number + ".figures";
  }

  @Test
  void theNewestAreReadFirstAndTheOthersInTheNextRounds() throws Exception {
    int all = OtherCopies.MOST + 3;
    for (int i = 0; i < all; i++) {
      written(name(i), i + 1);
    }
    List<String> newestFirst = IntStream.range(0, all).mapToObj(i -> name(all - 1 - i)).toList();
    assertThat(taken()).containsExactlyElementsOf(newestFirst.subList(0, OtherCopies.MOST));
    assertThat(taken()).containsExactlyElementsOf(newestFirst.subList(OtherCopies.MOST, all));
  }

  @Test
  void whatIsAsItWasAndTheOwnAreNotFetchedAgain() throws Exception {
    written("a.figures", 1);
    written("b.figures", 2);
    written(OWN, 3);
    assertThat(taken()).containsExactly(OWN, "b.figures", "a.figures");
    written("a.figures", 4);
    written(OWN, 5);
    place.fetched.clear();
    assertThat(taken()).containsExactly("a.figures");
    assertThat(place.fetched).containsExactly("a.figures");
    copies.forget();
    assertThat(taken()).hasSize(3);
  }

  @Test
  void whatIsOldIsDeletedAndNotRead() throws Exception {
    written("a.figures", -1);
    written("b.figures", 1);
    assertThat(taken()).containsExactly("b.figures");
    assertThat(directory.resolve("a.figures")).doesNotExist();
  }

  @Test
  void aPlaceThatIsAwayIsToldOfOnceAndReadWhenItIsBack() throws Exception {
    written("a.figures", 1);
    written("b.figures", 2);
    place.away = true;
    assertThat(taken()).isEmpty();
    assertThat(taken()).isEmpty();
    assertThat(told).singleElement().asString().contains("the network is away");
    place.away = false;
    assertThat(taken()).containsExactly("b.figures", "a.figures");
    copies.forget();
    place.away = true;
    taken();
    assertThat(told).as("again, once it had been back").hasSize(2);
  }
}
