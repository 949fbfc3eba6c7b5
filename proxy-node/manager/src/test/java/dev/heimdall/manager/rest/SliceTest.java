package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.manager.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SliceTest {
  private record Deed(Instant at, String id) {}

  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

  /** What a client sends for the page behind this one. */
  private static Slice behind(Slice.Part<?> part) {
    return new Slice(
        2,
        part.next()
            .map(
                token -> new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8)));
  }

  @Test
  void pagesFollowOneAnother() {
    Slice.Part<String> first = new Slice(2, Optional.empty()).byName(NAMES, Function.identity());
    Slice.Part<String> second = behind(first).byName(NAMES, Function.identity());
    Slice.Part<String> third = behind(second).byName(NAMES, Function.identity());

    assertThat(first.items()).containsExactly("a", "b");
    assertThat(second.items()).containsExactly("c", "d");
    assertThat(third.items()).containsExactly("e");
    assertThat(third.next()).isEmpty();
  }

  @Test
  void whatComesAndGoesMovesNothingToAnotherPage() {
    Slice.Part<String> first = new Slice(2, Optional.empty()).byName(NAMES, Function.identity());

    Slice.Part<String> second =
        behind(first).byName(List.of("a", "aa", "c", "d", "e"), Function.identity());

    assertThat(second.items()).containsExactly("c", "d");
  }

  @Test
  void whatHappenedAtOneMomentIsOnOnePageOnly() {
    List<Deed> deeds = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      deeds.add(new Deed(Instant.ofEpochSecond(1_000_000_000L + i / 3, 5), "id" + i));
    }
    List<String> seen = new ArrayList<>();
    Slice.Part<Deed> part = new Slice(2, Optional.empty()).byTime(deeds, Deed::at, Deed::id);
    part.items().forEach(deed -> seen.add(deed.id()));
    while (part.next().isPresent()) {
      part = behind(part).byTime(deeds, Deed::at, Deed::id);
      part.items().forEach(deed -> seen.add(deed.id()));
    }

    assertThat(seen).containsExactly("id6", "id5", "id4", "id3", "id2", "id1", "id0");
  }

  @Test
  void fractionsOfSecondsAreInOrder() {
    List<Deed> deeds =
        List.of(
            new Deed(Instant.parse("2026-01-01T00:00:00Z"), "one"),
            new Deed(Instant.parse("2026-01-01T00:00:00.5Z"), "two"));

    assertThat(new Slice(9, Optional.empty()).byTime(deeds, Deed::at, Deed::id).items())
        .extracting(Deed::id)
        .containsExactly("two", "one");
  }

  @Test
  void aListInAnOrderOfItsOwnSaysWhenItsPlaceIsGone() throws Refusal {
    List<String> listed = List.of("z", "a", "m");
    Slice.Part<String> first = new Slice(2, Optional.empty()).asListed(listed, Function.identity());

    assertThat(first.items()).containsExactly("z", "a");
    assertThat(behind(first).asListed(listed, Function.identity()).items()).containsExactly("m");
    assertThatThrownBy(() -> behind(first).asListed(List.of("z", "m"), Function.identity()))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("Begin anew");
  }
}
