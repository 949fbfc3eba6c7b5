package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits of one document by several writers, by people, and by writers that die or fall asleep. */
class EditChainTest {
  private static final String NAME = "vdbs/shop.json";

  @TempDir private Path root;

  private EditChain chain() {
    return new EditChain(root, NAME);
  }

  private Path document() {
    return root.resolve(NAME);
  }

  private Path edit(int number) {
    return root.resolve(".heimdall/edits/vdbs%2Fshop.json").resolve(Integer.toString(number));
  }

  private boolean write(String content, String over) throws IOException {
    return follow(chain(), Optional.of(content), Optional.ofNullable(over));
  }

  /** As a store does it: only over what was read. */
  private static boolean follow(EditChain chain, Optional<String> content, Optional<String> over)
      throws IOException {
    long last = chain.settle();
    return chain.edit(last).equals(over.map(Content::of))
        && chain.follow(content.map(Content::of), last);
  }

  private boolean delete(String over) throws IOException {
    return follow(chain(), Optional.empty(), Optional.of(over));
  }

  private void byHand(String content) throws IOException {
    Files.createDirectories(document().getParent());
    Path next = Files.writeString(root.resolve("next"), content);
    Files.move(next, document(), StandardCopyOption.REPLACE_EXISTING);
  }

  private void says(String content) throws IOException {
    assertThat(chain().read()).isEqualTo(Optional.of(Content.of(content)));
    assertThat(document()).hasContent(content);
  }

  private void isGone() throws IOException {
    assertThat(chain().read()).isEmpty();
    assertThat(document()).doesNotExist();
  }

  @Test
  void editsFollowOneAnother() throws IOException {
    assertThat(write("one", null)).isTrue();
    says("one");
    assertThat(write("two", "one")).isTrue();
    says("two");
    assertThat(write("one", "two")).isTrue();
    assertThat(write("two", "one")).isTrue();
    says("two");
    assertThat(delete("two")).isTrue();
    isGone();
    assertThat(write("three", null)).isTrue();
    says("three");
  }

  @Test
  void whoHasNotReadTheLastEditChangesNothing() throws IOException {
    write("one", null);
    write("two", "one");

    assertThat(write("three", "one")).isFalse();
    assertThat(write("three", null)).isFalse();
    assertThat(delete("one")).isFalse();
    says("two");
  }

  @Test
  void nothingButEditsIsLeftOver() throws IOException {
    write("one", null);
    write("two", "one");
    write("three", "one");
    delete("two");

    assertThat(root.resolve(".heimdall/aside")).isEmptyDirectory();
    assertThat(document().getParent()).isEmptyDirectory();
  }

  @Test
  void peopleMayEditReplaceAndDeleteDocuments() throws IOException {
    byHand("by hand");
    assertThat(write("one", "by hand")).isTrue();
    says("one");

    byHand("again");
    says("again");
    assertThat(write("two", "one")).isFalse();
    assertThat(write("two", "again")).isTrue();

    Files.writeString(document(), "in place");
    says("in place");
    assertThat(write("three", "two")).isFalse();
    assertThat(write("three", "in place")).isTrue();

    Files.delete(document());
    isGone();
    assertThat(write("four", "three")).isFalse();
    isGone();
    assertThat(write("four", null)).isTrue();
    says("four");
  }

  @Test
  void anEditWhoseWriterDiedIsMadeVisibleByTheNextToLook() throws IOException {
    write("one", null);
    write("two", "one");
    // What there is when the writer of "two" has taken its number and done nothing since.
    Path aside = root.resolve(".heimdall/aside/left-over");
    Files.createLink(aside, edit(2));
    Files.createLink(root.resolve("old"), edit(1));
    Files.move(root.resolve("old"), document(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(document()).hasContent("one");

    assertThat(write("three", "one")).isFalse();
    says("two");
  }

  @Test
  void aDocumentWhoseWriterDiedBeforeAnybodySawItIsMadeVisible() throws IOException {
    write("one", null);
    Files.createLink(root.resolve(".heimdall/aside/left-over"), edit(1));
    Files.delete(document());

    says("one");
  }

  @Test
  void whatADeadWriterHasPutAsideBringsNothingBack() throws IOException {
    write("one", null);
    Path aside = root.resolve(".heimdall/aside");
    Files.createLink(aside.resolve("left"), edit(1));
    assertThat(write("two", "one")).isTrue();
    assertThat(aside.resolve("left")).as("young").exists();

    Files.createLink(aside.resolve("right"), edit(2));
    EditChain other = new EditChain(root, "vdbs/other.json", Duration.ZERO);
    assertThat(follow(other, Optional.of("other"), Optional.empty())).isTrue();
    assertThat(aside).isEmptyDirectory();

    Files.delete(document());
    isGone();
  }

  @Test
  void aWriterThatDiedBeforeItBeganChangesNothing() throws IOException {
    Files.createDirectories(edit(0).getParent());
    isGone();

    byHand("one");
    says("one");
    assertThat(write("two", "one")).isTrue();
    says("two");
  }

  @Test
  void aSlowWriterThatPutsAnOldEditInPlaceLosesNothing() throws IOException {
    write("one", null);
    write("two", "one");
    Path slow = root.resolve(".heimdall/aside/slow");
    Files.createLink(slow, edit(1));
    Files.move(slow, document(), StandardCopyOption.ATOMIC_MOVE);
    assertThat(document()).hasContent("one");

    says("two");
    assertThat(write("three", "one")).isFalse();
    assertThat(write("three", "two")).isTrue();
    says("three");
  }

  @Test
  void whoTookANumberThatOthersHaveLongPassedHasDecidedNothing() throws IOException {
    write("one", null);
    for (int i = 2; i < 12; i++) {
      write("edit " + i, i == 2 ? "one" : "edit " + (i - 1));
    }
    // As after a day: the numbers are free again, for a writer that slept since.
    for (int i = 0; i < 4; i++) {
      Files.delete(edit(i));
    }
    NumberedFiles numbers = new NumberedFiles(root, edit(0).getParent(), Duration.ofDays(1));
    assertThat(numbers.append(edit(8), 2)).isFalse();
    assertThat(edit(3)).doesNotExist();
    says("edit 11");
  }

  @Test
  void whatWasFollowedGoesAlsoWhereNobodyEditsAnyMore() throws IOException {
    write("old secret", null);
    write("new secret", "old secret");
    says("new secret");
    assertThat(edit(1)).exists();

    EditChain later = new EditChain(root, NAME, Duration.ZERO);
    assertThat(later.read().map(content -> new String(content.bytes(), StandardCharsets.UTF_8)))
        .contains("new secret");
    assertThat(edit(0)).doesNotExist();
    assertThat(edit(1)).doesNotExist();
    assertThat(edit(2)).exists();
    assertThat(write("third", "old secret")).isFalse();
    assertThat(write("third", "new secret")).isTrue();
    says("third");
  }

  @Test
  void ofManyWritersAtOnceEachEditCounts() throws Exception {
    int writers = 4;
    int each = 25;
    write("0 nobody", null);
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try {
      List<Future<Integer>> refused = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        String name = "writer" + i;
        refused.add(threads.submit((Callable<Integer>) () -> count(each, name)));
      }
      int conflicts = 0;
      for (Future<Integer> one : refused) {
        conflicts += one.get();
      }
      assertThat(document()).content().startsWith(writers * each + " ");
      assertThat(conflicts).as("edits that came too late").isPositive();
    } finally {
      threads.shutdownNow();
    }
  }

  /** Adds one so many times; returns how often somebody else was faster. */
  private int count(int times, String name) throws IOException {
    int refused = 0;
    for (int done = 0; done < times; ) {
      String now = new String(chain().read().orElseThrow().bytes(), StandardCharsets.UTF_8);
      int number = Integer.parseInt(now.substring(0, now.indexOf(' ')));
      if (write(number + 1 + " " + name, now)) {
        done++;
      } else {
        refused++;
      }
    }
    return refused;
  }
}
