package dev.heimdall.manager.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures on a real disk, that is torn, full, shared, and read at another time. */
class ArchiveTest {
  private static final char ABSENT = 0xffff;
  private static final Instant BEGIN = Instant.parse("2026-11-26T00:00:00Z");
  private static final long FIRST = BEGIN.getEpochSecond() / 60;

  @TempDir private Path directory;

  /** A manager's figures: a value each minute, which is the minute's number since the begin. */
  private static final class Figures implements Archived {
    private final ConcurrentSkipListMap<Long, Map<String, char[]>> all =
        new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, Map<String, char[]>> restored =
        new ConcurrentSkipListMap<>();

    void put(long minute, String name) {
      all.put(minute, Map.of(name, new char[] {(char) (minute - FIRST), 7}));
    }

    @Override
    public SortedMap<Long, Map<String, char[]>> minutes(long after) {
      return new TreeMap<>(all.tailMap(after, false));
    }

    @Override
    public int width(String name) {
      return 2;
    }

    @Override
    public char[] together(String name, List<char[]> minutes) {
      return new char[] {minutes.get(minutes.size() - 1)[0], (char) minutes.size()};
    }

    @Override
    public void restore(long minute, Map<String, char[]> values) {
      restored.put(minute, values);
    }
  }

  private final SettableClock clock = new SettableClock(BEGIN);

  private Archive start(String name, Figures figures) {
    return Archive.start(
        Archive.Place.of(Optional.of(directory.resolve("figures"))), name, figures, ABSENT, clock);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static SortedMap<Long, char[]> tens(Archive archive, String name) {
    return archive.tens(name, 0, Long.MAX_VALUE / 600_000, 2);
  }

  /** A manager that runs for some minutes and ends. */
  private void run(String manager, String name, int from, int to) throws InterruptedException {
    Figures figures = new Figures();
    clock.set(BEGIN.plus(Duration.ofMinutes(from)));
    try (Archive archive = start(manager, figures)) {
      for (int minute = from; minute < to; minute++) {
        figures.put(FIRST + minute, name);
      }
      clock.set(BEGIN.plus(Duration.ofMinutes(to)));
      await(() -> ends(archive, name, to - 1));
    }
  }

  private static boolean ends(Archive archive, String name, int value) {
    SortedMap<Long, char[]> kept = tens(archive, name);
    return !kept.isEmpty() && kept.get(kept.lastKey())[0] == value;
  }

  private Path file(String manager) {
    return directory.resolve("figures").resolve(manager + ".figures");
  }

  @Test
  void whatWasKeptIsThereAfterARestartByMinutesAndByTenMinutes() throws Exception {
    run("one", "all", 0, 25);
    Figures after = new Figures();
    try (Archive archive = start("one", after)) {
      await(() -> after.restored.size() == 25);
      assertThat(after.restored.get(FIRST + 13).get("all")).containsExactly((char) 13, (char) 7);
      SortedMap<Long, char[]> kept = tens(archive, "all");
      assertThat(kept.keySet()).containsExactly(FIRST / 10, FIRST / 10 + 1, FIRST / 10 + 2);
      assertThat(kept.get(FIRST / 10 + 1)).containsExactly((char) 19, (char) 10);
      assertThat(kept.get(FIRST / 10 + 2)).containsExactly((char) 24, (char) 5);
      assertThat(archive.names()).containsExactly("all");
    }
  }

  @Test
  void aDayOfMinutesIsKeptAndThirtyDaysOfTenMinutes() throws Exception {
    run("one", "all", 0, 20);
    run("one", "all", 1440 * 2, 1440 * 2 + 20);
    Figures after = new Figures();
    try (Archive archive = start("one", after)) {
      await(() -> !after.restored.isEmpty());
      assertThat(after.restored.firstKey()).isEqualTo(FIRST + 1440 * 2);
      assertThat(tens(archive, "all")).hasSize(4);
    }
  }

  private static ArchiveFile with(Path file, int minute, String... names) throws Exception {
    ArchiveFile open = ArchiveFile.open(file);
    put(open, minute, names);
    return open;
  }

  private static void put(ArchiveFile open, int minute, String... names) {
    Map<String, char[]> rows = new TreeMap<>();
    for (String name : names) {
      rows.put(name, new char[] {(char) minute, 7});
    }
    open.putMinute(FIRST + minute, rows);
    rows.forEach(
        (name, row) ->
            open.putTens(name, new TreeMap<>(Map.of((FIRST + minute) / 10, row)), ABSENT));
  }

  private static SortedMap<Long, char[]> kept(ArchiveFile open, String name) {
    return open.tens(name, 0, Long.MAX_VALUE / 600_000, 2, ABSENT);
  }

  @Test
  void aClockThatJumpsForAWhileTakesNoFiguresWithIt() throws Exception {
    try (ArchiveFile open = with(directory.resolve("file"), 0, "all")) {
      Archive.trim(open, FIRST);
      int year = 1440 * 365;
      for (int minute = 1; minute <= 60; minute++) {
        put(open, year + minute, "all");
        Archive.trim(open, FIRST + year + minute);
      }
      for (int minute = 60; minute <= 65; minute++) {
        put(open, minute, "all");
        Archive.trim(open, FIRST + minute);
      }
      assertThat(kept(open, "all").keySet())
          .as("what was written while it was wrong lies ahead, and goes")
          .containsExactly(FIRST / 10, FIRST / 10 + 6);
      assertThat(open.minutesFrom(0).next()).isEqualTo(FIRST);
      for (int minute = 1; minute <= 60; minute++) {
        Archive.trim(open, FIRST - year + minute);
      }
      assertThat(kept(open, "all")).as("nor does one that is behind").hasSize(2);
    }
  }

  @Test
  void figuresOfALongPauseGoByAndBy() throws Exception {
    try (ArchiveFile open = with(directory.resolve("file"), 0, "old")) {
      Archive.trim(open, FIRST);
      int late = 1440 * 40;
      put(open, late, "all");
      Archive.trim(open, FIRST + late);
      assertThat(open.names()).containsExactlyInAnyOrder("all", "old");
      for (int minute = 1; minute < 1440 * 4; minute++) {
        Archive.trim(open, FIRST + late + minute);
      }
      assertThat(open.names()).containsExactly("all");
    }
  }

  @Test
  void whereThereIsNoRoomForANameTheOneThatIsUnusedForLongestGoes() throws Exception {
    String[] many = new String[ArchiveFile.MOST_NAMES];
    Arrays.setAll(many, i -> "node" + i);
    Path file = directory.resolve("file");
    try (ArchiveFile open = with(file, 0, many)) {
      put(open, 100, Arrays.copyOfRange(many, 2, many.length));
      put(open, 50, "node1");
      long now = (FIRST + 130) / 10;
      assertThat(open.makeRoom(Set.of("new", "node5"), now)).isZero();
      put(open, 130, "new", "node5");
      assertThat(open.names())
          .hasSize(many.length)
          .contains("new", "node1")
          .doesNotContain("node0");
      assertThat(open.minute(FIRST)).doesNotContainKeys("node0", "new").containsKey("node1");
      // All but one are in use.
      assertThat(open.makeRoom(Set.of("other1", "other2"), now)).isEqualTo(1);
      put(open, 131, "other1");
      assertThat(kept(open, "other1")).hasSize(1);
      assertThat(open.names()).doesNotContain("node1").contains("node2");
      open.commit();
    }
    try (ArchiveFile open = with(file, 140, "new")) {
      assertThat(open.names()).hasSize(many.length);
    }
  }

  @Test
  void whatOneManagerMissedItHasFromTheOther() throws Exception {
    run("one", "all", 0, 10);
    run("two", "all", 0, 40);
    run("one", "all", 30, 50);
    Figures after = new Figures();
    try (Archive archive = start("one", after)) {
      await(() -> after.restored.size() == 50);
      assertThat(tens(archive, "all")).hasSize(5);
    }
    Files.delete(file("one")); // a machine was replaced
    Files.delete(file("two"));
    run("one", "all", 50, 60);
    Figures third = new Figures();
    try (Archive archive = start("three", third)) {
      await(() -> third.restored.size() == 10);
    }
  }

  @Test
  void aCopyHasAllThatTheFileHasWhileThatIsOpen() throws Exception {
    Path copy = directory.resolve("copy");
    try (ArchiveFile open = with(directory.resolve("file"), 0, "all", "node")) {
      for (int minute = 1; minute < 300; minute++) {
        put(open, minute, "all");
      }
      open.copyTo(copy);
      put(open, 300, "all");
      open.copyTo(copy); // in the place of the one before
    }
    try (ArchiveFile read = ArchiveFile.read(copy)) {
      assertThat(read.names()).containsExactlyInAnyOrder("all", "node");
      assertThat(kept(read, "all")).hasSize(31);
      assertThat(read.minute(FIRST)).containsOnlyKeys("all", "node");
      assertThat(read.minute(FIRST + 300)).containsOnlyKeys("all");
    }
  }

  @Test
  void aFileThatIsOpenElsewhereIsWaitedForAndReadByOthers() throws Exception {
    run("one", "all", 0, 10);
    try (ArchiveFile open = ArchiveFile.open(file("one"));
        Archive same = start("one", new Figures())) {
      Figures others = new Figures();
      try (Archive other = start("two", others)) {
        await(() -> others.restored.size() == 10);
        assertThat(tens(other, "all")).hasSize(1);
      }
      assertThat(tens(same, "all")).isEmpty();
      assertThat(open.names()).containsExactly("all");
    }
    assertThat(directory.resolve("figures/one.figures.broken")).doesNotExist();
  }

  @Test
  void aFileThatIsCutOffAnywhereNeverStopsTheManagerAndIsWrittenAnew() throws Exception {
    run("one", "all", 0, 30);
    byte[] whole = Files.readAllBytes(file("one"));
    for (int cut = 0; cut < whole.length; cut += Math.max(1, whole.length / 12)) {
      Files.write(file("one"), Arrays.copyOf(whole, cut));
      run("one", "all", 30, 35);
    }
  }

  @Test
  void garbageAnywhereInTheFileNeverStopsTheManager() throws Exception {
    run("one", "all", 0, 30);
    byte[] whole = Files.readAllBytes(file("one"));
    Random random = new Random(1);
    for (int round = 0; round < 12; round++) {
      byte[] broken = whole.clone();
      byte[] garbage = new byte[round < 3 ? broken.length : 3000];
      random.nextBytes(garbage);
      System.arraycopy(
          garbage, 0, broken, random.nextInt(broken.length - garbage.length + 1), garbage.length);
      Files.write(file("one"), broken);
      Files.deleteIfExists(directory.resolve("figures/two.figures"));
      run("two", "all", 30, 35); // who reads another's that is broken
      run("one", "all", 30, 35);
    }
  }

  @Test
  void whatIsTornByAKillIsAsItWasAtAMomentBefore() throws Exception {
    run("one", "all", 0, 10);
    Figures figures = new Figures();
    clock.set(BEGIN.plus(Duration.ofMinutes(10)));
    Archive killed = start("one", figures);
    figures.put(FIRST + 10, "all");
    clock.set(BEGIN.plus(Duration.ofMinutes(11)));
    await(() -> ends(killed, "all", 10));
    Path copy = Files.copy(file("one"), directory.resolve("copy"));
    killed.close();
    Files.move(copy, file("one"), StandardCopyOption.REPLACE_EXISTING);
    Figures after = new Figures();
    try (Archive archive = start("one", after)) {
      await(() -> after.restored.size() == 11);
      assertThat(tens(archive, "all")).hasSize(2);
    }
  }

  @Test
  void aClockThatIsPutBackWritesTheSameMinutesAgain() throws Exception {
    Figures figures = new Figures();
    clock.set(BEGIN.plus(Duration.ofMinutes(100)));
    try (Archive archive = start("one", figures)) {
      figures.put(FIRST + 100, "all");
      clock.set(BEGIN.plus(Duration.ofMinutes(101)));
      await(() -> ends(archive, "all", 100));
      figures.all.clear();
      figures.put(FIRST + 50, "all");
      clock.set(BEGIN.plus(Duration.ofMinutes(50)));
      await(() -> tens(archive, "all").containsKey((FIRST + 50) / 10));
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeStopsNothing() throws Exception {
    Files.writeString(directory.resolve("figures"), "no directory");
    Figures figures = new Figures();
    try (Archive archive = start("one", figures)) {
      figures.put(FIRST, "all");
      assertThat(tens(archive, "all")).isEmpty();
      assertThat(archive.names()).isEmpty();
    }
  }

  /** What a child does whose files may be of a bounded size, as on a disk that is full. */
  static final class FullDisk {
    private FullDisk() {}

    public static void main(String[] args) throws Exception {
      ArchiveTest test = new ArchiveTest();
      test.directory = Path.of(args[0]);
      Figures figures = new Figures();
      Random random = new Random(1);
      try (Archive archive = test.start("one", figures)) {
        for (int minute = 0; minute < 400; minute++) {
          char[] row = new char[500];
          for (int i = 0; i < row.length; i++) {
            row[i] = (char) random.nextInt();
          }
          figures.all.put(FIRST + minute, Map.of("name" + minute, row));
        }
        test.clock.set(BEGIN.plus(Duration.ofMinutes(400)));
        for (int i = 0; i < 300 && (i < 20 || !archive.names().isEmpty()); i++) {
          TimeUnit.MILLISECONDS.sleep(100);
        }
        System.out.println("goes on with " + archive.names().size() + " names");
      }
    }
  }

  @Test
  void aDiskThatIsFullStopsNothingAndIsUsedAgainWhenThereIsRoom() throws Exception {
    run("one", "all", 0, 10);
    Process child =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 64; exec \"$0\" -XX:-UsePerfData -cp \"$1\" \"$2\" \"$3\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), "UTF-8");
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said).as("it has given the file up").contains("goes on with 0 names");
    assertThat(Files.size(file("one"))).isLessThanOrEqualTo(64 << 10);
    Figures after = new Figures();
    clock.set(BEGIN.plus(Duration.ofMinutes(11)));
    try (Archive archive = start("one", after)) {
      await(() -> after.restored.size() >= 10);
      assertThat(archive.names()).contains("all");
    }
  }
}
